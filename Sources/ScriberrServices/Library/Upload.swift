package import ScriberrCore

/// A file on its way in. Bytes go straight to their final place. Ends by ``LibraryService/finish(_:title:)``,
/// ``TranscriptionService/submit(_:_:)`` or ``abort()``; until then nothing is visible.
///
/// One task writes; an upload that is dropped without an end leaves nothing behind either.
package actor Upload {
    /// Whose upload it is.
    nonisolated package let owner: UserID
    nonisolated let fileName: String
    private nonisolated let declaredType: String?
    nonisolated let key: String
    private let writer: any BlobWriter
    private let limitBytes: Int64
    private var sizeBytes: Int64 = 0
    private var hasEnded = false

    init(
        owner: UserID,
        fileName: String,
        declaredType: String?,
        key: String,
        writer: any BlobWriter,
        limitBytes: Int64
    ) {
        self.owner = owner
        self.fileName = fileName
        self.declaredType = declaredType
        self.key = key
        self.writer = writer
        self.limitBytes = limitBytes
    }

    /// Whether the client says that this is audio or video, by type or by name.
    nonisolated var claimsToBeMedia: Bool {
        let type = (declaredType ?? "").lowercased()
        if type.hasPrefix("audio/") || type.hasPrefix("video/") { return true }
        let name = fileName.lowercased()
        return mediaExtensions.contains { name.hasSuffix("." + $0) }
    }

    /// Appends bytes. Throws `PAYLOAD_TOO_LARGE` (field `file`) or `STORAGE_FULL`; the upload is aborted then.
    package func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        guard !hasEnded else { throw ScriberrError(.invalidRequest, "The upload has already ended.", field: "file") }
        sizeBytes += Int64(bytes.count)
        do {
            guard sizeBytes <= limitBytes else { throw ScriberrError.uploadTooLarge(limitBytes) }
            try await writer.write(bytes)
        } catch {
            await abort()
            throw error
        }
    }

    /// Ends writing and tells what the bytes hash to: for the fingerprint of an idempotent request.
    package func contentHash() async throws -> String { try await receipt().contentHash }

    /// Throws the bytes away. Harmless after the upload has ended.
    package func abort() async {
        hasEnded = true
        await writer.abort()
    }

    /// Size and hash of what was written.
    func receipt() async throws -> BlobReceipt { try await writer.finish() }

    /// A local file with the bytes, for probing.
    func localPath() async throws -> String { try await writer.finishedLocalPath() }

    /// Makes the bytes durable and visible.
    func commit() async throws {
        hasEnded = true
        _ = try await writer.commit()
    }
}

private let mediaExtensions = [
    "wav", "mp3", "m4a", "flac", "mp4", "mov", "ogg", "oga", "opus", "webm", "aac", "mkv", "avi", "wma", "aiff", "amr",
]

extension ScriberrError {
    static func uploadTooLarge(_ limitBytes: Int64) -> ScriberrError {
        ScriberrError(.payloadTooLarge, "The file is larger than \(limitBytes >> 20) MiB.", field: "file")
    }
}
