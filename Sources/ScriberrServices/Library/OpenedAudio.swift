package import ScriberrCore

/// A recording whose bytes can be read.
package struct OpenedAudio: Sendable {
    /// Length in bytes.
    package var sizeBytes: Int64
    /// The media type that was found in the bytes.
    package var mimeType: String
    /// A strong entity tag, quotes included.
    package var etag: String
    /// When the bytes were stored.
    package var lastModified: Timestamp
    /// A name for `Content-Disposition`, without separators or control characters.
    package var fileName: String
    let blobKey: String
    let blobs: any BlobStore

    /// Hands bytes `range` to `body` in pieces, in order. Throws `MEDIA_MISSING`.
    package func read(_ range: Range<Int64>, body: (ArraySlice<UInt8>) async throws -> Void) async throws {
        try await blobs.read(blobKey, range: range, body: body)
    }

    /// A local file with the bytes, where the server can send one by itself. Throws `MEDIA_MISSING`.
    package func localPath() async throws -> String { try await blobs.localPath(of: blobKey) }
}
