/// Outlines of recordings, made once and kept beside the bytes they were made from.
enum Migration017Waveforms {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        let bytes =
            switch dialect {
            case .sqlite: "BLOB"
            case .postgres: "BYTEA"
            }
        return [
            """
            CREATE TABLE waveforms (
                blob_key TEXT PRIMARY KEY,
                seconds DOUBLE PRECISION NOT NULL,
                peaks \(bytes) NOT NULL
            )
            """
        ]
    }
}
