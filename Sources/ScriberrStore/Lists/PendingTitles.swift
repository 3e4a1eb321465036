/// Titles that were folded by an older version, as they are noted by the migration to this one.
package enum PendingTitles {
    /// Whether there are any.
    package static func areThere(_ db: any SQLConnection) throws -> Bool {
        try !db.query("SELECT id FROM titles_pending LIMIT 1", []).isEmpty
    }

    /// Folds at most `limit` of them anew, and notes them no more.
    package static func fold(_ db: any SQLConnection, limit: Int) throws {
        let ids = try db.query("SELECT id FROM titles_pending ORDER BY id LIMIT $1", [.int(limit)]).map { try $0.text("id") }
        for id in ids {
            for table in ["files", "transcriptions"] { try fold(db, id, in: table) }
            try db.execute("DELETE FROM titles_pending WHERE id = $1", [.text(id)])
        }
    }

    /// A title that was changed in the meantime keeps its folding, which is by the present rules.
    private static func fold(_ db: any SQLConnection, _ id: String, in table: String) throws {
        guard let row = try db.query("SELECT title FROM \(table) WHERE id = $1", [.text(id)]).first else { return }
        let title = try row.text("title")
        let sql = "UPDATE \(table) SET title_folded = $1 WHERE id = $2 AND title = $3"
        try db.execute(sql, [.text(TitleFolding.fold(title)), .text(id), .text(title)])
    }
}
