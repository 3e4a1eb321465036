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
        // Looked at whether a bucket is used or not, so that nobody finds out about a mistake on the day of the move.
        let defaults = BucketDefaults(from: &reader)
        let folder = Self.folder(path: reader.string("UPLOAD_DIR", default: "data/uploads"))
        guard let url = reader.value("STORAGE_URL") else {
            self = folder
            return
        }
        for prefix in ["file://", "file:"] where url.hasPrefix(prefix) && url.count > prefix.count {
            self = .folder(path: String(url.dropFirst(prefix.count)))
            return
        }
        self = BucketSettings(url: url, defaults, from: &reader).map(Self.bucket) ?? folder
    }
}

/// What is set about buckets beside their address.
private struct BucketDefaults {
    let region: String?
    let endpoint: String?
    let cacheFolder: String
    let cacheMegabytes: Int

    init(from reader: inout SettingsReader) {
        let regions = ["AWS_REGION", "AWS_DEFAULT_REGION"].map { name in
            reader.parsed(name, default: String?.none, wants: "a region such as eu-west-3") {
                S3Location.isRegion($0) ? .some($0) : nil
            }
        }
        let endpoints = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].map { name in
            reader.parsed(name, default: String?.none, wants: "an http:// or https:// address of a server, without a path") {
                S3Location.origin($0).map { .some($0) }
            }
        }
        region = regions[0] ?? regions[1]
        endpoint = endpoints[0] ?? endpoints[1]
        cacheFolder = reader.path("STORAGE_CACHE_DIR", PlaceCheck.folderOrNothing) ?? "data/cache"
        cacheMegabytes = reader.integer("STORAGE_CACHE_MB", default: 10_240, in: 1...16_777_216)
    }
}

extension BucketSettings {
    /// Nil with the problems noted.
    fileprivate init?(url: String, _ defaults: BucketDefaults, from reader: inout SettingsReader) {
        guard let location = S3Location(url, defaultRegion: defaults.region, defaultEndpoint: defaults.endpoint) else {
            reader.reject("STORAGE_URL", got: url, wants: "file:FOLDER or s3://BUCKET/PREFIX?endpoint=ADDRESS&region=NAME")
            return nil
        }
        let (accessKey, secretKey) = (reader.value("AWS_ACCESS_KEY_ID"), reader.value("AWS_SECRET_ACCESS_KEY"))
        if accessKey == nil { reader.require("AWS_ACCESS_KEY_ID", because: "STORAGE_URL names a bucket") }
        if secretKey == nil { reader.require("AWS_SECRET_ACCESS_KEY", because: "STORAGE_URL names a bucket") }
        guard let accessKey, let secretKey else { return nil }
        self.init(
            location: location,
            accessKey: accessKey,
            secretKey: secretKey,
            sessionToken: reader.value("AWS_SESSION_TOKEN"),
            cacheFolder: defaults.cacheFolder,
            cacheBytesMax: Int64(defaults.cacheMegabytes) << 20
        )
    }
}
