import Foundation

/// The PostgreSQL server that `tools/run-tests` starts for tests.
public enum TestPostgres {
    /// Where it is; nil when there is none.
    public static let address = ProcessInfo.processInfo.environment["SCRIBERR_TEST_POSTGRES"]

    /// Why a test that needs it does not run.
    public static let reason = "tools/run-tests starts PostgreSQL; or set SCRIBERR_TEST_POSTGRES to the URL of a server."

    /// Makes an empty database of its own name and answers its URL.
    public static func makeDatabase() throws -> String {
        guard let address else { throw CocoaError(.featureUnsupported) }
        let name = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
        try psql(address, "CREATE DATABASE \(name)")
        return url(ofDatabase: name)
    }

    /// The URL of a database of this name.
    public static func url(ofDatabase name: String) -> String { (address ?? "").replacing(/\/[^\/]*$/, with: "/\(name)") }

    /// The name of the database that an address leads to.
    public static func name(_ url: String) -> String { String(url.split(separator: "/").last ?? "") }

    /// Removes a database that a test made.
    public static func drop(_ name: String) throws {
        guard let address else { return }
        try psql(address, "DROP DATABASE \(name) WITH (FORCE)")
    }

    /// Runs statements, each on its own, and answers what they print.
    @discardableResult
    public static func psql(_ url: String, _ statements: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url] + statements.flatMap { ["-c", $0] }
        let output = Pipe()
        process.standardOutput = output
        try launch(process)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// A PostgreSQL server of one test, which may stop and start it.
public struct PostgresServer: Sendable {
    private let folder: String
    private let script: String
    private let address: String?

    /// Sets a server up below a folder that others may enter. It listens on 127.0.0.1, and on `address` when one is given.
    public init(folder: String, listeningAlsoOn address: String? = nil) {
        self.folder = folder
        self.address = address
        script =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("tools/test-postgres").path
    }

    /// Starts it and answers the URL of its database.
    @discardableResult
    public func start() throws -> String {
        try run("start", String(ProcessInfo.processInfo.processIdentifier))
    }

    /// Stops it in order; sessions are told.
    public func stop() throws { try run("stop") }

    /// Kills it as a power cut would.
    public func kill() throws { try run("kill") }

    @discardableResult
    private func run(_ words: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = [words[0], folder] + words.dropFirst()
        process.environment = ProcessInfo.processInfo.environment.merging(address.map { ["LISTEN_ALSO": $0] } ?? [:]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try launch(process)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
