import ScriberrStore

/// A bucket that recordings lie in.
struct BucketSettings: Sendable, Equatable {
    var location: S3Location
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
    /// Where local copies lie.
    var cacheFolder: String
    /// How large the copies may be together, in bytes; those in use are not counted out.
    var cacheBytesMax: Int64
}

extension Settings.StorageLocation {
    init(from reader: inout SettingsReader) {
        let folder = Self.folder(path: reader.string("UPLOAD_DIR", default: "data/uploads"))
        guard let url = reader.value("STORAGE_URL") else {
            self = folder
            return
        }
        for prefix in ["file://", "file:"] where url.hasPrefix(prefix) && url.count > prefix.count {
            self = .folder(path: String(url.dropFirst(prefix.count)))
            return
        }
        self = BucketSettings(url: url, from: &reader).map(Self.bucket) ?? folder
    }
}

extension BucketSettings {
    /// Nil with the problems noted.
    fileprivate init?(url: String, from reader: inout SettingsReader) {
        let location = S3Location(
            url,
            defaultRegion: reader.value("AWS_REGION") ?? reader.value("AWS_DEFAULT_REGION"),
            defaultEndpoint: reader.value("AWS_ENDPOINT_URL_S3") ?? reader.value("AWS_ENDPOINT_URL")
        )
        guard let location else {
            reader.reject("STORAGE_URL", got: url, wants: "file:FOLDER or s3://BUCKET/PREFIX?endpoint=ADDRESS&region=NAME")
            return nil
        }
        let (accessKey, secretKey) = (reader.value("AWS_ACCESS_KEY_ID"), reader.value("AWS_SECRET_ACCESS_KEY"))
        let cacheMegabytes = reader.integer("STORAGE_CACHE_MB", default: 10_240, in: 1...16_777_216)
        if accessKey == nil { reader.require("AWS_ACCESS_KEY_ID", because: "STORAGE_URL names a bucket") }
        if secretKey == nil { reader.require("AWS_SECRET_ACCESS_KEY", because: "STORAGE_URL names a bucket") }
        guard let accessKey, let secretKey else { return nil }
        self.init(
            location: location,
            accessKey: accessKey,
            secretKey: secretKey,
            sessionToken: reader.value("AWS_SESSION_TOKEN"),
            cacheFolder: reader.string("STORAGE_CACHE_DIR", default: "data/cache"),
            cacheBytesMax: Int64(cacheMegabytes) << 20
        )
    }
}
