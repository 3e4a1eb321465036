import Foundation
import ScriberrCore

/// What a client says about a file that comes in pieces: `Upload-Metadata` of tus, pairs of a key and a value in base64.
struct UploadMetadata: Hashable, Sendable {
    /// The header as it came.
    let text: String
    private let values: [String: String]
    private static let bytesMax = 8 * 1_024

    /// Throws `INVALID_REQUEST` when the header is not what tus describes.
    init(_ text: String) throws {
        guard text.utf8.count <= Self.bytesMax else { throw Self.malformed }
        self.text = text
        var values: [String: String] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: true) {
            let parts = pair.split(separator: " ", omittingEmptySubsequences: true)
            guard let key = parts.first, parts.count <= 2, values[String(key)] == nil else { throw Self.malformed }
            guard let bytes = parts.count == 2 ? Data(base64Encoded: String(parts[1])) : Data(),
                let value = String(validating: bytes, as: UTF8.self)
            else { throw Self.malformed }
            values[String(key)] = value
        }
        self.values = values
    }

    /// The name of the file on the client's side.
    var fileName: String { values["filename"] ?? values["name"] ?? "" }
    /// The media type that the client claims.
    var fileType: String? { values["filetype"] ?? values["type"] }
    /// The title that the file shall have; nil for its name's.
    var title: String? { values["title"] }
    /// Whether the file is transcribed by itself when its owner has that set. A client that makes its own job says no.
    var transcribesByItself: Bool { values["auto_transcribe"] != "false" }

    private static let malformed = ScriberrError(
        .invalidRequest,
        "Upload-Metadata is pairs of a key and a base64 value, separated by commas.",
        field: "Upload-Metadata"
    )
}
