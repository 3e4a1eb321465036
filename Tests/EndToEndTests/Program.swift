import Foundation
import Glibc
import ScriberrTestSupport

/// The built command line, as a person at a pipe sees it, with a home of its own.
struct Program: Sendable {
    let folder: String
    var environment: [String: String] = [:]

    struct Run: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// The output as a JSON object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:] }
        /// The output without the line end.
        var line: String { output.trimmingCharacters(in: .newlines) }
    }

    /// Runs it to its end; output goes to files, so that none of it can stop the program.
    func run(_ arguments: [String], input: String = "", standardOutput: FileHandle? = nil) async throws -> Run {
        let name = folder + "/.run-\(UUID().uuidString)"
        let child = try start(arguments, output: name, input: input, standardOutput: standardOutput)
        await withCheckedContinuation { continuation in
            // A thread of its own: waiting for a process blocks.
            Thread.detachNewThread {
                child.waitUntilExit()
                continuation.resume()
            }
        }
        return Run(
            status: child.terminationStatus,
            output: try String(contentsOfFile: name + ".out", encoding: .utf8),
            errors: try String(contentsOfFile: name + ".err", encoding: .utf8)
        )
    }

    /// Starts it; its output goes to files called `output` and an ending, or to `standardOutput`.
    func start(_ arguments: [String], output: String, input: String = "", standardOutput: FileHandle? = nil) throws -> Process {
        for ending in [".out", ".err"] { _ = FileManager.default.createFile(atPath: output + ending, contents: nil) }
        try input.write(toFile: output + ".in", atomically: true, encoding: .utf8)
        let child = Process()
        child.executableURL = ServerProcess.binaries.appendingPathComponent("scriberr")
        child.arguments = arguments
        child.currentDirectoryURL = URL(fileURLWithPath: folder)
        child.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "SPEECH_ENGINE_AUTO_DOWNLOAD": "false",
            "SCRIBERR_NATIVE_DIR": ServerProcess.repository.appendingPathComponent(".native").path,
        ].merging(environment) { $1 }
        child.standardInput = FileHandle(forReadingAtPath: output + ".in")
        child.standardOutput = standardOutput ?? FileHandle(forWritingAtPath: output + ".out")
        child.standardError = FileHandle(forWritingAtPath: output + ".err")
        try launch(child)
        return child
    }
}
