import Foundation
import ScriberrTestSupport
import Synchronization
import Testing

/// The way of a process to the database, which can be cut without either end being told.
protocol Cable: Sendable {
    /// The URL of the database at the other end.
    var url: String { get }
    /// What a process must be started by to go this way.
    var launcher: [String] { get }
    /// Takes the way away.
    func pull() throws
    /// Gives it back.
    func plugIn() throws
}

/// Forwards connections to PostgreSQL until it is pulled; then it swallows everything without closing anything.
final class ProxyCable: Cable {
    let url: String
    let launcher: [String] = []
    private let number: Int32
    private let process: Process

    init(to url: String) throws {
        let parts = try #require(URLComponents(string: url))
        process = Process()
        process.executableURL = ServerProcess.repository.appendingPathComponent("tools/test-proxy")
        process.arguments = [parts.host ?? "", String(parts.port ?? 5_432)]
        let output = Pipe()
        process.standardOutput = output
        try launch(process)
        let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        var own = parts
        own.port = Int(port.trimmingCharacters(in: .whitespacesAndNewlines))
        self.url = try #require(own.string)
        number = process.processIdentifier
    }

    deinit { kill(number, SIGKILL) }

    func pull() { kill(number, SIGUSR1) }
    func plugIn() { kill(number, SIGUSR2) }
}

/// A network namespace whose only way out is a virtual cable.
final class NamespaceCable: Cable {
    /// Whether this machine allows it: as root, in a container that may.
    static let isPossible = (try? tool("try")) != nil

    /// Our address at the cable, where PostgreSQL must listen.
    let address: String
    private let number = String(Int.random(in: 1...150))
    private let place = Mutex("")

    init() throws { address = try Self.tool("start", number) }

    deinit { _ = try? Self.tool("end", number) }

    /// Tells where the database listens on our side.
    func lead(to url: String) throws {
        var parts = try #require(URLComponents(string: url))
        parts.host = address
        place.withLock { $0 = parts.string ?? "" }
    }

    var url: String { place.withLock { $0 } }
    var launcher: [String] { ["/usr/bin/env", "ip", "netns", "exec", "scriberr-\(number)"] }
    func pull() throws { try Self.tool("cut", number) }
    func plugIn() throws { try Self.tool("mend", number) }

    @discardableResult
    private static func tool(_ words: String...) throws -> String {
        let process = Process()
        process.executableURL = ServerProcess.repository.appendingPathComponent("tools/test-netns")
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        try launch(process)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
