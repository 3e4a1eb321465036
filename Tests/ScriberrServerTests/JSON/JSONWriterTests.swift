import Foundation
import ScriberrCore
import Testing

@testable import ScriberrServer

@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func `every kind of field is written as JSON has it`() {
        let written = text { json in
            json.object { json in
                json.field("text", "a")
                json.field("none", nil as String?)
                json.field("yes", true)
                json.field("whole", -12)
                json.field("fraction", 61.5)
                json.field("round", 3.0)
                json.field("endless", Double.infinity)
                json.field("time", Timestamp(microseconds: 1_750_000_000_000_001))
                json.field("list", ["x", "y"])
                json.objects("items", [1, 2]) { $0.field("n", $1) }
                json.object("empty") { _ in }
            }
        }
        #expect(
            written == """
                {"text":"a","none":null,"yes":true,"whole":-12,"fraction":61.5,"round":3,"endless":null,\
                "time":"2025-06-15T15:06:40.000001Z","list":["x","y"],"items":[{"n":1},{"n":2}],"empty":{}}
                """
        )
    }

    @Test func `a character that JSON forbids is escaped wherever it stands`() throws {
        let forbidden = (0..<0x20).map { UInt8($0) } + [UInt8(ascii: "\""), UInt8(ascii: "\\")]
        for byte in forbidden {
            for length in 1...19 {
                for place in 0..<length {
                    var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                    bytes[place] = byte
                    let value = String(decoding: bytes, as: UTF8.self)
                    let written = text { json in json.array { $0.value(value) } }
                    #expect(try JSONDecoder().decode([String].self, from: Data(written.utf8)) == [value])
                }
            }
        }
    }

    @Test func `text beyond ASCII and the bytes next to those that JSON forbids stay as they are`() {
        for value in ["é", "日本語のテキスト", "👩‍👩‍👧", "\u{7F}\u{80}\u{A2}\u{DC}", " !#[]^~", String(repeating: "ü", count: 33)] {
            #expect(text { json in json.array { $0.value(value) } } == "[\"\(value)\"]")
        }
    }

    @Test func `an answer of any length is whole`() throws {
        for count in [0, 1, 7, 50, 500] {
            let values = (0..<count).map { String(repeating: "a\n", count: $0) }
            let written = text { json in
                json.object { json in
                    json.objects("items", values) { json, value in
                        json.field("value", value)
                        json.field("at", Timestamp(microseconds: 253_402_300_800_000_000))
                    }
                }
            }
            let read = try JSONDecoder().decode([String: [[String: String]]].self, from: Data(written.utf8))
            #expect(read["items"]?.map { $0["value"] ?? "" } == values)
            #expect(read["items"]?.allSatisfy { $0["at"] == "10000-1-1" } == true)
        }
    }
}
