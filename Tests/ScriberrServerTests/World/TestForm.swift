/// A multipart form, written as browsers and curl do.
struct TestForm: Sendable {
    var boundary = "----testboundary7MA4YWxkTrZu0gW"
    var parts: [(headers: [String], content: [UInt8])] = []
    var isClosed = true

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            bytes += "--\(boundary)\r\n\(part.headers.joined(separator: "\r\n"))\r\n\r\n".utf8
            bytes += part.content
            bytes += "\r\n".utf8
        }
        return isClosed ? bytes + Array("--\(boundary)--\r\n".utf8) : bytes
    }

    func field(_ name: String, _ value: String) -> TestForm {
        adding(["Content-Disposition: form-data; name=\"\(name)\""], Array(value.utf8))
    }

    func file(_ content: [UInt8], name: String = "meeting.wav", type: String = "audio/wav") -> TestForm {
        adding(["Content-Disposition: form-data; name=\"file\"; filename=\"\(name)\"", "Content-Type: \(type)"], content)
    }

    func adding(_ headers: [String], _ content: [UInt8]) -> TestForm {
        var copy = self
        copy.parts.append((headers, content))
        return copy
    }

    /// What the invented probe takes for a recording, of any length.
    static func recording(_ length: Int = 1_000, seed: UInt8 = 1) -> [UInt8] {
        Array("RIFF".utf8) + (4..<max(5, length)).map { UInt8(truncatingIfNeeded: $0) &* 31 &+ seed }
    }
}
