import NIOCore
import Testing

@testable import ScriberrServer

@Suite struct MultipartParsing {
    /// The parts of a body that was fed in the given pieces.
    private func parts(
        _ pieces: [[UInt8]],
        boundary: String = "b",
        limits: MultipartParser.Limits = .init()
    ) throws -> [(headers: MultipartHeaders, content: [UInt8])] {
        var parser = MultipartParser(boundary: boundary, limits: limits)
        var events: [MultipartParser.Event] = []
        for piece in pieces { try parser.feed(ByteBuffer(bytes: piece), into: &events) }
        try parser.finish()
        var parts: [(headers: MultipartHeaders, content: [UInt8])] = []
        for event in events {
            switch event {
            case .partBegan(let headers): parts.append((headers, []))
            case .content(let bytes): parts[parts.count - 1].content += bytes
            case .partEnded, .bodyEnded: break
            }
        }
        #expect(events.count { $0 == .partEnded } == parts.count)
        return parts
    }

    private let sample =
        "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA \r\n--bee\r\n title\r\n-- b\r\n"
        + "--b \t\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
        + "\r\n\r\r\n--\r\n-b\r\n--b\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b--\r\nepilogue --b--"

    private func check(_ parts: [(headers: MultipartHeaders, content: [UInt8])]) {
        #expect(parts.map(\.headers.name) == ["title", "file", "empty"])
        #expect(
            parts.map { String(decoding: $0.content, as: UTF8.self) } == [
                "A \r\n--bee\r\n title\r\n-- b", "\r\n\r\r\n--\r\n-b", "",
            ]
        )
        #expect(parts[1].headers.filename == "a.wav")
        #expect(parts[1].headers["content-type"] == "audio/wav")
    }

    @Test func `a body reads the same whatever the two pieces it comes in`() throws {
        let bytes = Array(sample.utf8)
        for cut in 0...bytes.count { check(try parts([Array(bytes[..<cut]), Array(bytes[cut...])])) }
    }

    @Test func `a body reads the same in pieces of any one size`() throws {
        let bytes = Array(sample.utf8)
        for size in 1...40 {
            check(try parts(stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }))
        }
    }

    @Test func `content is handed on without waiting, but for what may be a delimiter`() throws {
        var parser = MultipartParser(boundary: "b")
        var events: [MultipartParser.Event] = []
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
        try parser.feed(ByteBuffer(string: head + "abc\r\n--"), into: &events)
        #expect(events.last == .content(ByteBufferView("abc".utf8)))
        try parser.feed(ByteBuffer(string: "x"), into: &events)
        #expect(events.last == .content(ByteBufferView("\r\n--x".utf8)))
    }

    @Test func `a body that ends early is not complete`() throws {
        let bytes = Array("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ntext\r\n--b--\r\n".utf8)
        for length in 0..<(bytes.count - 2) {
            #expect(throws: MultipartError.truncated, "cut at \(length)") { try parts([Array(bytes[..<length])]) }
        }
        #expect(try parts([bytes]).count == 1)
    }

    @Test func `a part without headers is read`() throws {
        #expect(try parts([Array("--b\r\n\r\ntext\r\n--b--".utf8)]).first.map { $0.content } == Array("text".utf8))
    }

    @Test(arguments: [
        "x" + String(repeating: "y", count: 70_000),
        "--b\r\nA: " + String(repeating: "y", count: 20_000),
        "--b\r\n" + (0..<40).map { "H\($0): v\r\n" }.joined() + "\r\n--b--",
        "--b\r\nno colon\r\n\r\n\r\n--b--",
        "--b\r\n: no name\r\n\r\n\r\n--b--",
        String(repeating: "--b\r\nA: b\r\n\r\n\r\n", count: 65) + "--b--",
        "--b" + String(repeating: " ", count: 200) + "\r\nA: b\r\n\r\n\r\n--b--",
    ])
    func `what is beyond the bounds is refused`(_ body: String) {
        #expect {
            _ = try parts([Array(body.utf8)])
        } throws: { error in
            if case MultipartError.malformed = error { true } else { false }
        }
    }

    @Test(arguments: [
        (#"form-data; name="file"; filename="a b.wav""#, "a b.wav"),
        (#"form-data; name=file; filename=plain.wav"#, "plain.wav"),
        (#"form-data; name="file"; filename="say \"hi\".wav""#, #"say "hi".wav"#),
        (#"form-data; name="file"; filename="C:\music\a.wav""#, #"C:\music\a.wav"#),
        (#"form-data; name="file"; filename="a%22b%0D%0A.wav""#, #"a"b  .wav"#),
        (#"form-data; name="file"; filename="100%.wav""#, "100%.wav"),
        (#"form-data; name="file"; filename="Ünïcode 会议.wav""#, "Ünïcode 会议.wav"),
        (#"form-data; name="file"; filename="old.wav"; filename*=UTF-8''%e2%82%ac%20rates.wav"#, "€ rates.wav"),
        (#"form-data; name="file"; filename*=iso-8859-1'en'%A3.wav"#, "£.wav"),
        (#"form-data; name="file"; filename="good.wav"; filename*=utf-16''%00a"#, "good.wav"),
        (#"FORM-DATA ; NAME = "file" ; FILENAME = "semi;colon.wav""#, "semi;colon.wav"),
    ])
    func `file names are read in every form`(_ disposition: String, _ name: String) throws {
        let body = "--b\r\nContent-Disposition: \(disposition)\r\n\r\n\r\n--b--"
        let headers = try #require(try parts([Array(body.utf8)]).first).headers
        #expect(headers.name == "file")
        #expect(headers.filename == name)
    }

    @Test func `the boundary is read quoted and plain, and only where it is allowed`() {
        #expect(multipartBoundary(contentType: "multipart/form-data; boundary=abc") == "abc")
        #expect(multipartBoundary(contentType: #"Multipart/Form-Data; charset=utf-8; Boundary="a b:c""#) == "a b:c")
        #expect(multipartBoundary(contentType: nil) == nil)
        #expect(multipartBoundary(contentType: "multipart/form-data") == nil)
        #expect(multipartBoundary(contentType: "multipart/mixed; boundary=abc") == nil)
        #expect(multipartBoundary(contentType: "multipart/form-data; boundary=") == nil)
        #expect(multipartBoundary(contentType: #"multipart/form-data; boundary="a ""#) == nil)
        #expect(multipartBoundary(contentType: "multipart/form-data; boundary=a\u{1}b") == nil)
        #expect(multipartBoundary(contentType: "multipart/form-data; boundary=" + String(repeating: "a", count: 71)) == nil)
    }
}
