/// Titles are found without their accents: those that may have some are noted, to be folded anew while the server works.
enum Migration030Titles {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        let hasMore =
            switch dialect {
            case .sqlite: "title_folded GLOB '*[^ -~]*'"
            case .postgres: "octet_length(title_folded) <> char_length(title_folded)"
            }
        return [
            "CREATE TABLE titles_pending (id TEXT PRIMARY KEY)",
            "INSERT INTO titles_pending (id) SELECT id FROM files WHERE \(hasMore)",
            "INSERT INTO titles_pending (id) SELECT id FROM transcriptions WHERE \(hasMore)",
        ]
    }
}
