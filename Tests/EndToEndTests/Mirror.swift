import Foundation
import Glibc
import ScriberrTestSupport
import Synchronization

/// A web server of Python's standard library over a folder, as somebody would set up a mirror of models.
final class Mirror: Sendable {
    let url: String
    private let process: Mutex<Process>

    /// Serves the folder until ``stop()``.
    init(folder: String) async throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
        let pipe = Pipe()
        child.standardOutput = pipe
        child.standardError = pipe
        try launch(child)
        let number = child.processIdentifier
        Survivors.add(number)
        let reader = pipe.fileHandleForReading
        let (lines, found) = AsyncStream.makeStream(of: String.self)
        process = Mutex(child)
        // Reading blocks, so it has a thread of its own, which ends with the server.
        let heard = Heard()
        Thread.detachNewThread {
            while case let data = reader.availableData, !data.isEmpty {
                let text = String(decoding: data, as: UTF8.self)
                heard.text.withLock { $0 += text }
                found.yield(text)
            }
            found.finish()
            Survivors.remove(number)
        }
        var address: String?
        for await _ in lines {
            let text = heard.text.withLock { $0 }
            guard let match = text.firstMatch(of: /\((http:\/\/[0-9.:]+)\/?\)/) else { continue }
            address = String(match.1)
            break
        }
        guard let address else { throw CocoaError(.fileReadUnknown) }
        url = address
        self.heard = heard
    }

    private let heard: Heard

    private final class Heard: Sendable {
        let text = Mutex("")
    }

    /// How often a file was sent.
    func downloads(of file: String) -> Int {
        heard.text.withLock { $0.split(separator: "\n").count { $0.contains("\"GET ") && $0.contains(file) } }
    }

    func stop() { process.withLock { _ = kill($0.processIdentifier, SIGKILL) } }

    /// Packs files into `TAG/NAME.tar.bz2` below the folder, in one top folder as releases have them.
    static func pack(_ files: [(source: String, name: String)], as archive: String, tag: String, in folder: String) throws {
        let top = folder + "/packing/" + archive
        try FileManager.default.createDirectory(atPath: top, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder + "/" + tag, withIntermediateDirectories: true)
        for file in files { try FileManager.default.copyItem(atPath: file.source, toPath: top + "/" + file.name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-C", folder + "/packing", "-cjf", folder + "/\(tag)/\(archive).tar.bz2", archive]
        try launch(process)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
