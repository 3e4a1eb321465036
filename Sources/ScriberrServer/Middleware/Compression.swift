import CZlib
import HTTPTypes

extension Answer {
    private static let bytesMin = 1_024
    private static let bytesForBestEffort = 256 * 1_024

    /// Packs the content with gzip where that helps and the client takes it. What the content is decides: text that is there as
    /// a whole. Streams, recordings, parts and answers with secrets are sent as they are.
    mutating func compress(for request: HTTPFields) {
        guard case .bytes(let bytes) = body, bytes.count >= Self.bytesMin, status.kind == .successful, status != .partialContent,
            headers.first(.contentEncoding) == nil, headers.first(.cacheControl) != "no-store",
            let type = headers.first(.contentType), Self.isCompressible(type)
        else { return }
        headers.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        // Long transcripts are packed in a hurry: the time counts more than the last tenth of the size.
        let level: Int32 = bytes.count > Self.bytesForBestEffort ? 1 : 5
        guard acceptsGzip(request), let packed = gzip(bytes, level: level), packed.count < bytes.count else { return }
        headers[.contentEncoding] = "gzip"
        body = .bytes(packed)
    }

    private static func isCompressible(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.trimmingBlanks().lowercased()
        if name == "text/event-stream" { return false }
        return name.hasPrefix("text/") || name.hasSuffix("+json") || name.hasSuffix("+xml")
            || ["application/json", "application/xml", "application/x-subrip"].contains(name)
    }
}

/// Whether `Accept-Encoding` takes gzip, by name or by `*`, with a weight above zero (RFC 9110 section 12.5.3).
func acceptsGzip(_ request: HTTPFields) -> Bool {
    var weights: [String: Double] = [:]
    for item in (request[.acceptEncoding] ?? "").split(separator: ",") {
        let parts = item.split(separator: ";").map { $0.trimmingBlanks().lowercased() }
        guard let name = parts.first else { continue }
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
        weights[name] = weight ?? 1
    }
    return (weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0) > 0
}

/// The bytes in gzip's format; nil when zlib has no memory.
private func gzip(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
    var stream = z_stream()
    let gzipWindow: Int32 = 15 + 16
    let begun = deflateInit2_(
        &stream,
        level,
        Z_DEFLATED,
        gzipWindow,
        8,
        Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)
    )
    guard begun == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var bytes = bytes
    let room = Int(deflateBound(&stream, UInt(bytes.count)))
    return bytes.withUnsafeMutableBufferPointer { input in
        var isWhole = false
        let packed = [UInt8](unsafeUninitializedCapacity: room) { output, count in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(room)
            isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
            count = room - Int(stream.avail_out)
        }
        return isWhole ? packed : nil
    }
}
