import Foundation
import ScriberrCore
import ScriberrMedia
import ScriberrTestSupport
import Subprocess
import SystemPackage

/// A folder of recordings made for one test by the real ffmpeg, and the tools under test.
struct Fixtures: Sendable {
    let folder: String
    let tools: MediaTools

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// A 440 Hz tone in stereo at 48 kHz; the name's ending chooses container and encoding.
    @discardableResult
    func tone(_ name: String, seconds: Double = 2, _ options: String...) async throws -> String {
        try await ffmpeg(["-f", "lavfi", "-i", "sine=440:r=48000:d=\(seconds)", "-ac", "2"] + options + [path(name)])
        return path(name)
    }

    /// The tone with a moving test picture.
    @discardableResult
    func film(_ name: String, seconds: Double = 2, _ options: String...) async throws -> String {
        let picture = ["-f", "lavfi", "-i", "testsrc=s=96x64:r=10:d=\(seconds)"]
        let sound = ["-f", "lavfi", "-i", "sine=440:r=48000:d=\(seconds)"]
        try await ffmpeg(picture + sound + options + [path(name)])
        return path(name)
    }

    /// A picture from 0 on, and two seconds of tone that begin `seconds` later.
    @discardableResult
    func lateSound(_ name: String, by seconds: Double) async throws -> String {
        // MPEG-1 wants one of few rates; a picture every other second is enough for a long film.
        let rate = name.hasSuffix(".mpg") ? "25" : seconds > 100 ? "0.5" : "10"
        let picture = ["-f", "lavfi", "-i", "testsrc=s=96x64:r=\(rate):d=\(seconds + 2)"]
        let sound = ["-itsoffset", "\(seconds)", "-f", "lavfi", "-i", "sine=440:r=48000:d=2"]
        try await ffmpeg(picture + sound + [path(name)])
        return path(name)
    }

    func ffmpeg(_ arguments: [String]) async throws {
        let result = try await Subprocess.run(
            .path(tools.ffmpeg),
            arguments: Arguments(["-nostdin", "-v", "error", "-y"] + arguments),
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        guard result.terminationStatus.isSuccess else { throw FixtureFailure(said: result.standardError) }
    }

    @discardableResult
    func write(_ name: String, _ content: Data) throws -> String {
        try content.write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> String { try write(name, Data(content.utf8)) }

    /// The first part of a file, as a broken upload leaves it.
    @discardableResult
    func cut(_ name: String, to part: Double, as newName: String) throws -> String {
        let whole = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        return try write(newName, whole.prefix(Int(Double(whole.count) * part)))
    }

    /// The tools with a script of ours in place of both programs.
    func impostor(_ script: String, limits: MediaLimits = MediaLimits()) throws -> MediaTools {
        let program = try write("impostor", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        return MediaTools(ffmpeg: FilePath(program), ffprobe: FilePath(program), prlimit: tools.prlimit, limits: limits)
    }

    /// Processes whose command line names this folder.
    func childrenLeft() throws -> [String] {
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { $0.allSatisfy(\.isNumber) }
        return processes.filter { process in
            // A process may be gone by now.
            let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            return line?.contains(folder) == true
        }
    }

    /// What the kernel counted of everything that those processes wrote.
    func bytesWrittenByChildren() throws -> Int {
        try childrenLeft().reduce(0) { sum, process in
            let counts = try String(contentsOfFile: "/proc/\(process)/io", encoding: .utf8)
            let written = counts.split(separator: "\n").first { $0.hasPrefix("wchar:") }?.split(separator: " ").last
            return sum + (written.flatMap { Int($0) } ?? 0)
        }
    }
}

struct FixtureFailure: Error { var said: String }

func withFixtures<Value>(_ body: (Fixtures) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { folder in
        let tools = try MediaTools.locate(searchPath: "/usr/local/bin:/usr/bin:/bin")
        return try await body(Fixtures(folder: folder, tools: tools))
    }
}

extension MediaTools {
    /// All samples of a file at once, as only tests may want them.
    func decodeAll(
        _ path: String,
        start: Double = 0,
        end: Double? = nil,
        maxSeconds: Double = 86_400,
        expectedSeconds: Double? = nil
    ) async throws -> (samples: [Float], audio: DecodedAudio) {
        var all: [Float] = []
        let audio = try await decode(
            path,
            start: start,
            end: end,
            maxSeconds: maxSeconds,
            expectedSeconds: expectedSeconds
        ) { all.append(contentsOf: $0) }
        return (all, audio)
    }
}

/// The pitch of a tone in Hz, by its rising zero crossings.
func pitch(of samples: [Float]) -> Double {
    let rises = zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
    return Double(rises) * Double(DecodedAudio.sampleRate) / Double(max(samples.count, 1))
}

/// When something is heard first, in seconds; infinite for silence.
func onset(of samples: [Float]) -> Double {
    samples.firstIndex { abs($0) > 0.03 }.map { Double($0) / Double(DecodedAudio.sampleRate) } ?? .infinity
}

/// The code of what `body` throws; nil when it throws nothing of ours.
func code(thrownBy body: () async throws -> Void) async -> ScriberrError.Code? {
    await failure(of: body)?.code
}

func failure(of body: () async throws -> Void) async -> ScriberrError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ScriberrError
    }
}
