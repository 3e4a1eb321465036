extension Settings {
    /// Whether clients are sent to the bucket for recordings. Off unless asked for: the bucket must be reachable for them.
    static func redirectsDownloads(from reader: inout SettingsReader) -> Bool {
        let isWanted = reader.bool("STORAGE_REDIRECT", default: false)
        let hasBucket = reader.value("STORAGE_URL")?.hasPrefix("s3:") == true
        if isWanted, !hasBucket { reader.reject("STORAGE_REDIRECT", got: "true", wants: "a bucket in STORAGE_URL") }
        return isWanted
    }
}
