package import ScriberrCore
import ScriberrStore

/// A recording whose bytes can be read.
package struct OpenedAudio: Sendable {
    /// Length in bytes.
    package let sizeBytes: Int64
    /// The media type that was found in the bytes.
    package let mimeType: String
    /// A strong entity tag, quotes included.
    package let etag: String
    /// When the bytes were stored.
    package let lastModified: Timestamp
    /// A name for `Content-Disposition`, without separators or control characters.
    package let fileName: String
    private let blobKey: String
    private let blobs: any BlobStore
    private let downloads: (any DirectDownloads)?

    init(file: AudioFile, blobs: any BlobStore, downloads: (any DirectDownloads)? = nil) {
        self.downloads = downloads
        sizeBytes = file.sizeBytes
        mimeType = file.mimeType
        let digits = file.contentHash.split(separator: ":").last ?? ""
        etag = "\"\(digits.prefix(32))\""
        lastModified = file.createdAt
        let name = Title.of(fileName: file.title + ".")
        fileName = fileExtension(of: file.mimeType).map { "\(name).\($0)" } ?? name
        blobKey = file.blobKey
        self.blobs = blobs
    }

    /// An address from which the client itself can fetch the bytes for `seconds`; nil when it must get them from here.
    package func directAddress(seconds: Int, disposition: String) -> String? {
        downloads?.downloadURL(of: blobKey, seconds: seconds, mimeType: mimeType, disposition: disposition)
    }

    /// Hands bytes `range` to `body` in pieces, in order. Throws `MEDIA_MISSING`.
    package func read(_ range: Range<Int64>, body: (ArraySlice<UInt8>) async throws -> Void) async throws {
        try await blobs.read(blobKey, range: range, body: body)
    }

    /// The bytes as a file that is here already; nil when they lie elsewhere. Throws `MEDIA_MISSING`.
    package func localFile() async throws -> LocalAudio? {
        guard let keeper = blobs as? any LocalFileKeeper else { return nil }
        return LocalAudio(try await keeper.open(blobKey))
    }

    /// A local file with the bytes, where the server can send one by itself. Throws `MEDIA_MISSING`.
    package func localCopy() async throws -> LocalCopy { try await blobs.localCopy(of: blobKey) }
}

private func fileExtension(of mimeType: String) -> String? {
    switch mimeType {
    case "audio/mpeg": "mp3"
    case "audio/wav": "wav"
    case "audio/flac": "flac"
    case "audio/mp4": "m4a"
    case "audio/aac": "aac"
    case "audio/ogg", "audio/opus": "ogg"
    case "audio/webm", "video/webm": "webm"
    case "video/mp4": "mp4"
    case "video/quicktime": "mov"
    case "video/x-matroska", "audio/x-matroska": "mkv"
    default: nil
    }
}
