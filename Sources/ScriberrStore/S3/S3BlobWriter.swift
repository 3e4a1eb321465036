import ScriberrCore

/// A blob on its way into the bucket. The bytes also go into a local file, which is what they are probed in and, once committed,
/// the first copy in the cache.
final class S3BlobWriter: BlobWriter {
    private let upload: S3Upload
    private let local: FolderBlobWriter
    private let cache: BlobCache

    init(client: S3Client, key: String, cache: BlobCache) async throws {
        self.cache = cache
        local = try await cache.create(key)
        upload = S3Upload(client: client, key: key)
    }

    func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        try await local.write(bytes)
        try await upload.write(bytes)
    }

    func finishedLocalPath() async throws -> String { try await local.finishedLocalPath() }

    func finish() async throws -> BlobReceipt { try await local.finish() }

    func commit() async throws -> BlobReceipt {
        let receipt = try await local.finish()
        try await upload.commit(sizeBytes: receipt.sizeBytes)
        do {
            _ = try await local.commit()
            try await cache.trim()
        } catch {
            // The blob is safe in the bucket; a copy is fetched when somebody needs one.
            await local.abort()
        }
        return receipt
    }

    func abort() async {
        await local.abort()
        await upload.abort()
    }
}
