import Logging
import ScriberrCore
import ScriberrStore

/// The blob store that the settings name, and how to end it.
struct RecordingStore {
    let blobs: any BlobStore
    private let bucket: S3BlobStore?

    /// Throws ``SettingsError`` when the bucket cannot be used as it is set. One that is only away for the moment is worth a
    /// warning: it may come back.
    static func open(_ location: Settings.StorageLocation, logger: Logger) async throws -> RecordingStore {
        switch location {
        case .folder(let path):
            return RecordingStore(blobs: try FolderBlobStore(path: path), bucket: nil)
        case .bucket(let settings):
            let store = try S3BlobStore(settings)
            do {
                try judge(await store.check(), settings, logger)
            } catch {
                await store.close()
                throw error
            }
            return RecordingStore(blobs: store, bucket: store)
        }
    }

    /// Addresses from which clients can fetch recordings past this server; nil when there are none.
    var downloads: (any DirectDownloads)? { bucket }

    /// Ends connections.
    func close() async { await bucket?.close() }

    private static func judge(_ found: S3BlobStore.Reachability, _ settings: BucketSettings, _ logger: Logger) throws {
        switch found {
        case .ready: logger.info("Bucket found", metadata: ["bucket": "\(settings.location.bucket)"])
        case .away: logger.warning("The bucket does not answer; recordings cannot be stored or read until it does")
        case .noBucket: throw SettingsError(problems: ["STORAGE_URL: there is no bucket \(settings.location.bucket)"])
        case .refused:
            throw SettingsError(problems: [
                "STORAGE_URL: the bucket \(settings.location.bucket) refuses these credentials or this region; "
                    + "see AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"
            ])
        }
    }
}

extension S3BlobStore {
    /// What the environment says about the bucket.
    init(_ settings: BucketSettings) throws {
        try self.init(
            location: settings.location,
            credentials: S3Credentials(
                accessKey: settings.accessKey,
                secretKey: settings.secretKey,
                sessionToken: settings.sessionToken
            ),
            cachePath: settings.cacheFolder,
            cacheBytesMax: settings.cacheBytesMax
        )
    }
}
