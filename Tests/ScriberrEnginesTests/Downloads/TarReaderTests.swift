import Testing

@testable import ScriberrEngines

struct TarReaderTests {
    private func files(in tar: [UInt8], chunk: Int) throws -> [String: [UInt8]] {
        var reader = TarReader()
        var found: [String: [UInt8]] = [:]
        var name: String?
        for start in stride(from: 0, to: tar.count, by: chunk) {
            try reader.read(Array(tar[start..<min(start + chunk, tar.count)])) { event in
                switch event {
                case .file(let next, let size):
                    #expect(name == nil)
                    name = next
                    found[next] = []
                    #expect(size >= 0)
                case .data(let bytes): if let name { found[name, default: []] += bytes }
                case .fileEnd: name = nil
                }
            }
        }
        #expect(name == nil && reader.hasEnded)
        return found
    }

    private var archive: TestArchive {
        var archive = TestArchive()
        archive.add("top", [], kind: "5")
        archive.add("top/a", Array("hello".utf8))
        archive.add("top/empty", [])
        archive.add("top/block", [UInt8](repeating: 7, count: 512))
        archive.add("top/link", [], kind: "2", link: "/etc/passwd")
        archive.addLong("top/" + String(repeating: "n", count: 150), Array("long".utf8))
        archive.addPax("top/pax file", Array("pax".utf8))
        return archive
    }

    @Test(arguments: [1, 7, 511, 512, 513, 65_536])
    func `files are the same however the stream is cut`(chunk: Int) throws {
        let files = try files(in: archive.finished, chunk: chunk)
        #expect(files["top/a"] == Array("hello".utf8))
        #expect(files["top/empty"] == [])
        #expect(files["top/block"]?.count == 512)
        #expect(files["top/" + String(repeating: "n", count: 150)] == Array("long".utf8))
        #expect(files["top/pax file"] == Array("pax".utf8))
        #expect(files.count == 5, "folders and links are no files")
    }

    @Test func `a wrong checksum is refused`() {
        var bytes = archive.finished
        bytes[0] ^= 1
        #expect(throws: TarReader.Malformed.self) { _ = try files(in: bytes, chunk: 4_096) }
    }

    @Test func `every single changed header byte is noticed or harmless`() throws {
        var archive = TestArchive()
        archive.add("top/a", Array("hello".utf8))
        for index in 0..<512 {
            var bytes = archive.finished
            bytes[index] = bytes[index] &+ 1
            // Either refused, or the change was within unused spaces of a number; never a crash, never another size.
            var reader = TarReader()
            try? reader.read(bytes) { event in
                if case .file(_, let size) = event { #expect(size == 5) }
            }
        }
    }
}
