import Foundation
import ScriberrEngineWire
import ScriberrTestSupport
import Synchronization
import Testing

/// The built host as a child, driven as the server drives it.
final class HostProcess: Sendable {
    private let process: Mutex<Process>
    private let input: FileHandle
    private let events: AsyncThrowingStream<EngineEvent, any Error>
    let processID: Int32

    /// Starts the host; `environment` adds to what it needs.
    init(arguments: [String] = [], environment: [String: String] = [:]) throws {
        let child = Process()
        let (requests, answers) = (Pipe(), Pipe())
        child.executableURL = try Self.program()
        child.arguments = arguments
        child.environment = ["PATH": "/usr/bin:/bin", "SCRIBERR_NATIVE_DIR": Folders.native, "SWIFT_BACKTRACE": "enable=no"]
            .merging(environment) { $1 }
        child.standardInput = requests
        child.standardOutput = answers
        child.standardError = FileHandle.nullDevice
        let (stream, continuation) = AsyncThrowingStream<EngineEvent, any Error>.makeStream()
        events = stream
        input = requests.fileHandleForWriting
        let output = answers.fileHandleForReading
        let thread = Thread {
            var reader = WireLineReader<EngineEvent>()
            do {
                while true {
                    let chunk = output.availableData
                    if chunk.isEmpty { break }
                    reader.append(chunk)
                    while let event = try reader.next() { continuation.yield(event) }
                }
                try reader.finish()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        try launch(child)
        thread.start()
        processID = child.processIdentifier
        process = Mutex(child)
    }

    deinit { kill(processID, SIGKILL) }

    /// Starts a host, runs `body` on it behind its first event, and ends it.
    static func run<Value>(
        arguments: [String] = [],
        environment: [String: String] = [:],
        _ body: (HostProcess, [EngineReport]) async throws -> Value
    ) async throws -> Value {
        let host = try HostProcess(arguments: arguments, environment: environment)
        let ready = try #require(try await host.next())
        return try await body(host, try ready.requireReady())
    }

    func send(_ request: EngineRequest) throws { try input.write(contentsOf: wireLine(request)) }

    func send(text: String) throws { try input.write(contentsOf: Data(text.utf8)) }

    func closeInput() throws { try input.close() }

    /// The next event that is no heartbeat; nil when the host has ended.
    func next() async throws -> EngineEvent? {
        for try await event in events where event != .heartbeat { return event }
        return nil
    }

    /// Everything up to the end of an order, heartbeats left out.
    func untilEnd() async throws -> [EngineEvent] {
        var found: [EngineEvent] = []
        while let event = try await next() {
            found.append(event)
            switch event {
            case .done, .failed: return found
            default: continue
            }
        }
        return found
    }

    /// Sends an order and gives everything up to its end.
    func perform(_ order: TranscribeOrder) async throws -> [EngineEvent] {
        try send(.transcribe(order))
        return try await untilEnd()
    }

    /// Waits for the process and gives its status; signals count from 128.
    func exitStatus() async -> Int32 {
        await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                let child = process.withLock { $0 }
                child.waitUntilExit()
                continuation.resume(returning: child.terminationStatus + (child.terminationReason == .uncaughtSignal ? 128 : 0))
            }
            thread.start()
        }
    }

    private static func program() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("scriberr-engine")
        try #require(FileManager.default.isExecutableFile(atPath: program.path), "the host has not been built")
        return program
    }
}

/// Where things lie in a checkout.
enum Folders {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let native = root + "/.native"
    static let samples = root + "/samples"
    static let voiceDetector = native + "/silero-vad/silero_vad_16k_op15.onnx"
}

extension [EngineEvent] {
    var pieces: [TranscribedPiece] {
        compactMap { if case .piece(_, let piece) = $0 { piece } else { nil } }
    }

    var positions: [Double] {
        compactMap { if case .progress(_, let position) = $0 { position } else { nil } }
    }

    var report: OrderReport? {
        if case .done(_, let report) = last { report } else { nil }
    }

    var failureCode: String? {
        if case .failed(_, let code, _, _) = last { code } else { nil }
    }

    var failureMessage: String? {
        if case .failed(_, _, let message, _) = last { message } else { nil }
    }

    var text: String { pieces.map(\.text).joined(separator: " ") }
}
