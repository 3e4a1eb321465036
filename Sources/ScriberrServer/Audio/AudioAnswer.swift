import Foundation
import HTTPTypes
import HummingbirdCore
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Answer {
    /// A recording, whole or in parts, as the request's conditions and ranges ask (RFC 9110 sections 13 and 14).
    static func audio(_ audio: OpenedAudio, for call: Call) -> Answer {
        let request = call.headers
        let validators = Validators(entityTag: audio.etag, lastModified: audio.lastModified)
        var headers: HTTPFields = [
            .acceptRanges: "bytes",
            .eTag: audio.etag,
            .lastModified: HTTPDate.text(audio.lastModified),
            .cacheControl: "private, max-age=0, must-revalidate",
            .contentDisposition: contentDisposition("inline", audio.fileName),
        ]
        switch validators.evaluate(request) {
        case .notModified: return Answer(status: .notModified, headers: headers)
        case .failed: return refusal(.preconditionFailed, "The recording is not the one that the request expects.", headers, call)
        case .proceed: break
        }
        if let elsewhere = redirect(to: audio, headers[.contentDisposition] ?? "inline") { return elsewhere }
        // Ranges are for GET alone (section 14.2).
        let range = call.request.method == .get && validators.allowRange(request) ? request[.range] : nil
        switch ByteRanges(header: range, size: audio.sizeBytes) {
        case .whole:
            headers[.contentType] = audio.mimeType
            return Answer(status: .ok, headers: headers, body: audio.body(0..<audio.sizeBytes))
        case .parts(let parts) where parts.count == 1:
            headers[.contentType] = audio.mimeType
            headers[.contentRange] = contentRange(parts[0], audio.sizeBytes)
            return Answer(status: .partialContent, headers: headers, body: audio.body(parts[0]))
        case .parts(let parts): return several(parts, of: audio, headers)
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(audio.sizeBytes)"
            return refusal(.rangeNotSatisfiable, "The range lies outside the recording.", headers, call)
        }
    }

    /// Sends the client to the store itself, where that is wanted. Ranges are asked for there again.
    private static func redirect(to audio: OpenedAudio, _ disposition: String) -> Answer? {
        // Long enough for a person who pauses; players then ask here for the rest.
        let seconds = 3_600
        return audio.directAddress(seconds: seconds, disposition: disposition).map { address in
            Answer(status: .temporaryRedirect, headers: [.location: address, .cacheControl: "private, no-store"])
        }
    }

    private static func refusal(_ code: ScriberrError.Code, _ message: String, _ headers: HTTPFields, _ call: Call) -> Answer {
        var answer = failure(ScriberrError(code, message), requestID: call.requestID)
        for field in headers where field.name != .contentDisposition { answer.headers[field.name] = field.value }
        return answer
    }

    private static func several(_ parts: [Range<Int64>], of audio: OpenedAudio, _ headers: HTTPFields) -> Answer {
        let boundary = "scriberr-\(UInt64.random(in: .min ... .max))"
        let heads = parts.map { part in
            "\r\n--\(boundary)\r\nContent-Type: \(audio.mimeType)\r\n"
                + "Content-Range: \(contentRange(part, audio.sizeBytes))\r\n\r\n"
        }
        let tail = "\r\n--\(boundary)--\r\n"
        let length = parts.reduce(Int64(0)) { $0 + Int64($1.count) } + Int64(heads.reduce(tail.utf8.count) { $0 + $1.utf8.count })
        var headers = headers
        headers[.contentType] = "multipart/byteranges; boundary=\(boundary)"
        return Answer(
            status: .partialContent,
            headers: headers,
            body: .stream(length: length) { sink in
                for (head, part) in zip(heads, parts) {
                    try await sink.write(head.utf8)
                    try await audio.copy(part, to: sink)
                }
                try await sink.write(tail.utf8)
            }
        )
    }

    private static func contentRange(_ part: Range<Int64>, _ size: Int64) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
    }
}

extension OpenedAudio {
    fileprivate func body(_ range: Range<Int64>) -> Answer.Body {
        .stream(length: Int64(range.count)) { sink in try await copy(range, to: sink) }
    }

    /// Sends a range. The head has promised its length, so bytes that are missing must break the connection.
    fileprivate func copy(_ range: Range<Int64>, to sink: AnswerSink) async throws {
        if let file = try await localFile() { return try await sink.write(file, range) }
        var sent: Int64 = 0
        try await read(range) { piece in
            sent += Int64(piece.count)
            try await sink.write(piece)
        }
        guard sent == Int64(range.count) else { throw ScriberrError(.mediaMissing, "The recording is gone.") }
    }
}

/// A file's name made of a title: one that no system takes for a path, a hidden file or a device.
func cleanFileName(_ title: String, _ fileExtension: String) -> String {
    "\(FileName.clean(title, charactersMax: 120, bytesMax: 200) ?? "transcript").\(fileExtension)"
}

/// `inline` or `attachment`, with the name as it is (RFC 6266) and, for old clients, its ASCII part.
func contentDisposition(_ kind: String, _ name: String) -> String {
    let ascii = String(
        name.unicodeScalars.filter { $0.isASCII && $0.value >= 32 && $0 != "\"" && $0 != "\\" && $0.value != 127 }.map(
            Character.init
        )
    )
    let encoded =
        name.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
        ) ?? ""
    return "\(kind); filename=\"\(ascii)\"; filename*=UTF-8''\(encoded)"
}
