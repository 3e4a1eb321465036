import Foundation
import ScriberrCore
import ScriberrMedia
import SystemPackage
import Testing

/// The rules for children, seen with small scripts in place of ffmpeg.
@Suite struct GuardTests {
    private func probeFailure(_ script: String, limits: MediaLimits = MediaLimits()) async throws -> ScriberrError? {
        try await withFixtures { fixtures in
            let path = try fixtures.write("a.wav", "anything")
            let tools = try fixtures.impostor(script, limits: limits)
            return await failure { _ = try await tools.probe(path) }
        }
    }

    @Test func `a child has no environment, an empty folder, and its limits`() async throws {
        let script =
            "/usr/bin/env >&2; echo folder=$(/bin/ls -A | /usr/bin/wc -l) >&2; ulimit -a >&2; /bin/cat /proc/self/limits >&2; exit 1"
        let detail = try await probeFailure(script)?.detail ?? ""
        let names = detail.split(separator: "\n").prefix { !$0.hasPrefix("folder=") }.compactMap {
            $0.split(separator: "=").first
        }
        // What a shell sets for itself.
        let ofShell: Set<Substring> = ["PWD", "OLDPWD", "SHLVL", "_"]
        #expect(names.dropFirst().allSatisfy { ofShell.contains($0) }, "\(names)")
        #expect(detail.contains("folder=0"))
        #expect(detail.contains(/Max open files\s+64\s+64/))
        #expect(detail.contains(/Max core file size\s+0\s+0/))
        #expect(detail.contains(/Max file size\s+0\s+0/))
        #expect(detail.contains(/Max address space\s+1073741824\s+1073741824/))
        #expect(detail.contains(/Max cpu time\s+60\s+65/))
    }

    @Test func `a child that hangs is ended`() async throws {
        var limits = MediaLimits()
        limits.stall = .milliseconds(200)
        let error = try await probeFailure("exec /bin/sleep 600", limits: limits)
        #expect(error?.code == .mediaUnreadable)
        #expect(error?.detail?.contains("stalled") == true)
    }

    @Test func `a child that only burns time is ended`() async throws {
        var limits = MediaLimits()
        limits.processorSeconds = 1
        let error = try await probeFailure("while :; do :; done", limits: limits)
        #expect(error?.code == .mediaUnreadable)
        #expect(error?.disposition == .permanent)
        #expect(error?.detail?.contains("processorTime") == true)
    }

    @Test func `a child that the system kills is worth another try`() async throws {
        let error = try await probeFailure("kill -9 $$")
        #expect(error?.code == .engineFailed)
        #expect(error?.disposition == .transient)
    }

    @Test func `of a flood of messages only the end is kept`() async throws {
        let script =
            "i=0; while [ $i -lt 20000 ]; do echo 'a line of complaint' >&2; i=$((i+1)); done; echo the last word >&2; exit 1"
        let detail = try await probeFailure(script)?.detail ?? ""
        #expect(detail.utf8.count < 8_300)
        #expect(detail.hasSuffix("the last word\n"))
    }

    @Test func `a flood of answers is cut off`() async throws {
        let error = try await probeFailure("while :; do echo '{\"streams\": [], \"streams\": [], \"streams\": []}'; done")
        #expect(error?.code == .mediaUnreadable)
    }

    @Test func `output followed by a failure is not taken for success`() async throws {
        try await withFixtures { fixtures in
            let path = try fixtures.write("a.wav", "anything")
            let tools = try fixtures.impostor("/usr/bin/head -c 64000 /dev/zero; exit 1")
            let decoded = try await tools.decodeAll(path)
            #expect(decoded.audio.seconds == 1)
            #expect(decoded.audio.isTruncated)

            let killed = try fixtures.impostor("/usr/bin/head -c 64000 /dev/zero; kill -9 $$")
            let code = await code { _ = try await killed.decodeAll(path) }
            #expect(code == .engineFailed)
        }
    }

    @Test func `a missing program is named, with how to get it`() async throws {
        let error = await failure { _ = try MediaTools.locate(searchPath: "/nonexistent:relative") }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message.contains("apt-get install ffmpeg") == true)
    }

    @Test func `a program that cannot start is our fault, not the recording's`() async throws {
        try await withFixtures { fixtures in
            let path = try fixtures.write("a.wav", "anything")
            let tools = MediaTools(
                ffmpeg: "/nonexistent/ffmpeg",
                ffprobe: "/nonexistent/ffprobe",
                prlimit: "/nonexistent/prlimit"
            )
            let nothing = await code { _ = try await tools.probe(path) }
            #expect(nothing == .engineUnavailable)
            let halfThere = MediaTools(
                ffmpeg: "/nonexistent/ffmpeg",
                ffprobe: "/nonexistent/ffprobe",
                prlimit: fixtures.tools.prlimit
            )
            let half = await code { _ = try await halfThere.probe(path) }
            #expect(half == .engineUnavailable)
        }
    }
}
