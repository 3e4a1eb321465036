import Foundation
import ScriberrCore

@testable import ScriberrEngines

/// Makes tar archives, harmless ones and others.
struct TestArchive {
    private(set) var tar: [UInt8] = []

    mutating func add(_ name: String, _ content: [UInt8], kind: Character = "0", link: String = "") {
        let isLink = kind == "1" || kind == "2"
        tar += header(name, isLink ? 0 : content.count, kind, link)
        guard !isLink else { return }
        tar += content
        tar += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// A file whose name does not fit, as GNU tar writes it.
    mutating func addLong(_ name: String, _ content: [UInt8]) {
        add("././@LongLink", Array(name.utf8) + [0], kind: "L")
        add(String(name.prefix(99)), content)
    }

    /// A file whose name stands in a pax header.
    mutating func addPax(_ name: String, _ content: [UInt8]) {
        var length = 0
        for _ in 0..<3 { length = "\(length) path=\(name)\n".utf8.count }
        add("PaxHeaders/x", Array("\(length) path=\(name)\n".utf8), kind: "x")
        add("short", content)
    }

    var finished: [UInt8] { tar + [UInt8](repeating: 0, count: 1_024) }

    private func header(_ name: String, _ size: Int, _ kind: Character, _ link: String) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { block.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8) }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put(octal(size, 11) + "\0", at: 124)
        put("00000000000\0", at: 136)
        put("        ", at: 148)
        put(String(kind), at: 156)
        put(link, at: 157)
        put("ustar\0" + "00", at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        return block
    }

    private func octal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    /// The archive, compressed by the real program.
    static func compressed(_ tar: [UInt8]) async throws -> [UInt8] {
        let child = try ChildProcess(ChildProcess.Launch(executable: "/usr/bin/bzip2", arguments: ["-c"]))
        child.write(tar)
        child.closeInput()
        var all: [UInt8] = []
        while let bytes = await child.read() { all += bytes }
        return all
    }

    static func sha256(_ bytes: [UInt8]) async throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try await FileHash(of: path).sha256
    }
}
