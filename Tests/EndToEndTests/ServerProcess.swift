import Foundation
import Glibc
import ScriberrTestSupport
import Synchronization

/// A real server: the built binary with a data folder of its own, on a port the system chose.
final class ServerProcess: Sendable {
    /// Where the server keeps everything.
    let folder: String
    private let process: Mutex<Process?> = Mutex(nil)
    private let log = Mutex<[String]>([])
    private let lines: AsyncStream<String>
    private let sink: AsyncStream<String>.Continuation
    private let extra: [String: String]
    private let arguments: [String]
    private let launcher: [String]
    private let program: [String]

    /// Makes a server that has not been started; `environment` goes before the defaults. `launcher` is a program with arguments
    /// that becomes the server. `program` is run instead of the built one.
    init(
        folder: String,
        environment: [String: String] = [:],
        arguments: [String] = ["serve"],
        launcher: [String] = [],
        program: [String]? = nil
    ) {
        self.folder = folder
        self.arguments = arguments
        self.launcher = launcher
        self.program = program ?? [Self.binaries.appendingPathComponent("scriberr").path]
        extra = environment
        (lines, sink) = AsyncStream.makeStream(of: String.self)
    }

    /// The folder of the built programs.
    static var binaries: URL { URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().absoluteURL }

    /// The root of the repository.
    static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The lines the server has logged so far.
    var output: [String] { log.withLock { $0 } }

    /// The process number of the running server; nil when it does not run.
    var processID: Int32? { process.withLock { $0?.isRunning == true ? $0?.processIdentifier : nil } }

    /// Starts the server and answers its address once it says it is ready.
    func start() async throws -> URL {
        for await url in try spawn() { return url }
        throw ServerDied(output: output)
    }

    /// Starts the process and answers the addresses it says it is ready at: one for a server, none for a worker.
    @discardableResult
    func spawn() throws -> AsyncStream<URL> {
        let child = Process()
        let command = launcher + program + arguments
        child.executableURL = URL(fileURLWithPath: command[0])
        child.arguments = Array(command.dropFirst())
        child.currentDirectoryURL = URL(fileURLWithPath: folder)
        child.environment = environment
        let pipe = Pipe()
        child.standardOutput = pipe
        child.standardError = pipe
        try launch(child)
        let number = child.processIdentifier
        Survivors.add(number)
        let (addresses, found) = AsyncStream.makeStream(of: URL.self)
        let reader = pipe.fileHandleForReading
        // Reading blocks, so it has a thread of its own, which ends with the server.
        Thread.detachNewThread { [self] in
            var pending = Data()
            while case let data = reader.availableData, !data.isEmpty {
                pending.append(data)
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: pending[..<end], as: UTF8.self)
                    pending = Data(pending[(end + 1)...])
                    log.withLock { $0.append(line) }
                    sink.yield(line)
                    if let url = Self.readyURL(in: line) { found.yield(url) }
                }
            }
            found.finish()
            Survivors.remove(number)
        }
        process.withLock { $0 = child }
        return addresses
    }

    /// Waits until the server logs a line that `matches`, from now on.
    func logged(_ matches: (String) -> Bool) async -> String? {
        for await line in lines where matches(line) { return line }
        return nil
    }

    /// Sends a signal to the server.
    func signal(_ number: Int32) {
        if let processID { kill(processID, number) }
    }

    /// Waits for the server to end and answers its exit status; the number of the signal when one ended it.
    func waitForEnd() async -> Int32 {
        await withCheckedContinuation { continuation in
            // A thread of its own: waiting for a process blocks.
            Thread.detachNewThread { [self] in
                let child = process.withLock { $0 }
                child?.waitUntilExit()
                continuation.resume(returning: child?.terminationStatus ?? -1)
            }
        }
    }

    /// Asks the server to stop and waits for it.
    func stop() async -> Int32 {
        signal(SIGTERM)
        return await waitForEnd()
    }

    /// The engine hosts that this server started and that still run.
    func engineHosts() throws -> [Int32] {
        guard let processID else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { child in
            // A process that ends while we look has no status file.
            guard let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8) else { return false }
            return status.contains("PPid:\t\(processID)\n") && status.hasPrefix("Name:\tscriberr-engine")
        }
    }

    private var environment: [String: String] {
        var values = ["HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "debug"]
        for name in ["PATH", "HOME", "LANG"] { values[name] = ProcessInfo.processInfo.environment[name] }
        values["SCRIBERR_NATIVE_DIR"] = Self.repository.appendingPathComponent(".native").path
        // No hub can be reached from a test: the default model is never installed.
        values["SPEECH_ENGINE_AUTO_DOWNLOAD"] = "false"
        return values.merging(extra) { _, new in new }
    }

    private static func readyURL(in line: String) -> URL? {
        guard let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            entry["msg"] as? String == "Scriberr is ready", let text = entry["url"] as? String
        else { return nil }
        return URL(string: text)
    }
}

/// The server ended before it was ready.
struct ServerDied: Error, CustomStringConvertible {
    let output: [String]
    var description: String { "the server ended before it was ready:\n" + output.joined(separator: "\n") }
}
