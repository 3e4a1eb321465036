import Foundation
import ScriberrTestSupport
import Testing

/// Programs of others against the real server. Each script starts a server of its own and ends with status 0 when all is well.
@Suite(.serialized) struct ClientTests {
    @Test(.timeLimit(.minutes(5)))
    func `tuspy uploads over a line that breaks every megabyte and across a killed server`() async throws {
        try await run("tus_uploads.py")
    }

    @Test(.timeLimit(.minutes(5)))
    func `webhooks verify with the standardwebhooks package, and survive failing receivers and kill -9`() async throws {
        try await run("webhooks.py", ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path)
    }

    private func run(_ script: String, _ arguments: String...) async throws {
        let root = ServerProcess.repository
        try await withTemporaryFolder { folder in
            let log = folder + "/log"
            #expect(FileManager.default.createFile(atPath: log, contents: nil))
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/bin/bash")
            child.arguments =
                [
                    "-c", #"python=$(tools/venv clients) && exec timeout -s KILL 240 "$python" "$@""#, "bash",
                    "Tests/Clients/\(script)",
                    ServerProcess.binaries.appendingPathComponent("scriberr").path,
                ] + arguments
            child.currentDirectoryURL = root
            child.environment = ProcessInfo.processInfo.environment.merging(
                ["SCRIBERR_NATIVE_DIR": root.appendingPathComponent(".native").path, "PYTHONDONTWRITEBYTECODE": "1"]
            ) { $1 }
            child.standardOutput = FileHandle(forWritingAtPath: log)
            child.standardError = child.standardOutput
            try launch(child)
            child.waitUntilExit()
            let output = try String(contentsOfFile: log, encoding: .utf8)
            #expect(child.terminationStatus == 0, "\(output)")
        }
    }
}
