import ScriberrCore

extension Settings {
    /// Uploads that come in pieces.
    struct UploadStaging: Sendable {
        /// Where unfinished ones lie: best on the file system of the recordings, which then take them over without a copy.
        var folder: String
        /// How long one is kept after its last piece.
        var expiry: Duration

        init(from reader: inout SettingsReader) {
            let uploads = reader.string("UPLOAD_DIR", default: "data/uploads")
            folder = reader.string("UPLOAD_STAGING_DIR", default: uploads + "/.partial")
            expiry = reader.duration("UPLOAD_EXPIRY", default: .seconds(86_400))
        }
    }
}
