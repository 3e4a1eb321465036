import Foundation
import ScriberrCore
import Testing

struct PublicIDTests {
    @Test func `a new identifier has its prefix and 32 hexadecimal digits`() {
        let id = TranscriptionID.make()
        #expect(id.text.hasPrefix("tr_"))
        #expect(id.text.dropFirst(3).count == 32)
        #expect(id.text.dropFirst(3).allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(TranscriptionID(id.text) == id)
    }

    @Test func `identifiers of later milliseconds sort behind earlier ones`() {
        let early = FileID.make(at: Timestamp(microseconds: 1_000_000_000))
        let late = FileID.make(at: Timestamp(microseconds: 1_000_001_000))
        #expect(early.text < late.text)
    }

    @Test(arguments: [
        "", "tr_", "file_00", "TR_00", "tr_a/b", "tr_../x", "tr_é", "tr_" + String(repeating: "a", count: 65), " tr_00",
    ])
    func `a text with another prefix or a foreign character is no identifier`(text: String) {
        #expect(TranscriptionID(text) == nil)
    }

    @Test func `identifiers travel as plain JSON strings`() throws {
        let id = FileID(trusted: "file_0123")
        #expect(String(decoding: try JSONEncoder().encode([id]), as: UTF8.self) == "[\"file_0123\"]")
        #expect(try JSONDecoder().decode([FileID].self, from: Data("[\"file_0123\"]".utf8)) == [id])
    }
}
