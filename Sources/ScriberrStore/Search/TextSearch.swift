package import ScriberrCore

/// How one database finds words in passages. Everything in which databases differ about searching is here.
package protocol TextSearch: Sendable {
    /// What makes `transcript_passages.words` searchable, and what notes changed transcripts in `search_pending`.
    var statements: [String] { get }
    /// A condition on passages `p` with one argument, written `?`: an expression of ``expression(_:)``.
    var condition: String { get }
    /// The argument that finds passages with all of `terms`; the last word of each may go on.
    func expression(_ terms: [[String]]) -> String
    /// Takes a passage that was just written into the index.
    func add(_ db: any SQLConnection, _ job: TranscriptionID, number: Int) throws
    /// Whether passages that are gone, and are never shown, still lie in the index.
    func hasGone(_ db: any SQLConnection) throws -> Bool
    /// Takes some of them out of it.
    func removeGone(_ db: any SQLConnection) throws
}

extension TextSearch {
    // An index that the database itself keeps in step needs none of these.
    func add(_ db: any SQLConnection, _ job: TranscriptionID, number: Int) throws {}
    func hasGone(_ db: any SQLConnection) throws -> Bool { false }
    func removeGone(_ db: any SQLConnection) throws {}
}

extension SQLDialect {
    /// How this database searches.
    package var textSearch: any TextSearch {
        switch self {
        case .sqlite: SQLiteTextSearch()
        case .postgres: PostgresTextSearch()
        }
    }
}

/// FTS5 over the passages.
///
/// The schema is not trusted to touch a virtual table (`trusted_schema`), so no trigger can keep it in step: passages are added by
/// hand, and a trigger only notes those that are gone with their transcription.
struct SQLiteTextSearch: TextSearch {
    let statements = [
        """
        CREATE VIRTUAL TABLE transcript_words USING fts5(words, content='transcript_passages', content_rowid='id', prefix='2 3',
            tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc Me'")
        """,
        "CREATE TABLE search_gone (id INTEGER PRIMARY KEY, words TEXT NOT NULL)",
        """
        CREATE TRIGGER transcript_passages_gone AFTER DELETE ON transcript_passages BEGIN
            INSERT INTO search_gone (id, words) VALUES (old.id, old.words);
        END
        """,
        """
        CREATE TRIGGER transcripts_made AFTER INSERT ON transcripts BEGIN
            INSERT INTO search_pending (job) VALUES (new.job) ON CONFLICT DO NOTHING;
        END
        """,
        """
        CREATE TRIGGER transcripts_changed AFTER UPDATE ON transcripts BEGIN
            INSERT INTO search_pending (job) VALUES (new.job) ON CONFLICT DO NOTHING;
        END
        """,
    ]

    let condition = "p.id IN (SELECT rowid FROM transcript_words WHERE transcript_words MATCH ?)"

    func expression(_ terms: [[String]]) -> String {
        terms.map { "\"" + $0.joined(separator: " ") + "\" *" }.joined(separator: " AND ")
    }

    func add(_ db: any SQLConnection, _ job: TranscriptionID, number: Int) throws {
        let sql = """
            INSERT INTO transcript_words (rowid, words) SELECT id, words FROM transcript_passages WHERE job = $1 AND number = $2
            """
        try db.execute(sql, [.id(job), .int(number)])
    }

    func hasGone(_ db: any SQLConnection) throws -> Bool { try !db.query("SELECT id FROM search_gone LIMIT 1", []).isEmpty }

    func removeGone(_ db: any SQLConnection) throws {
        let gone = try db.query("SELECT id, words FROM search_gone ORDER BY id LIMIT 16", [])
        for row in gone {
            let id = SQLValue.integer(try row.integer("id"))
            // The index forgets a passage by the words that it was given.
            try db.execute(
                "INSERT INTO transcript_words (transcript_words, rowid, words) VALUES ('delete', $1, $2)",
                [id, .text(try row.text("words"))]
            )
            try db.execute("DELETE FROM search_gone WHERE id = $1", [id])
        }
    }
}

/// A GIN index over the passages' words as they are, without stemming.
struct PostgresTextSearch: TextSearch {
    let statements = [
        "CREATE INDEX transcript_passages_words ON transcript_passages USING gin (to_tsvector('simple', words))",
        """
        CREATE FUNCTION note_search_pending() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO search_pending (job) VALUES (NEW.job) ON CONFLICT DO NOTHING; RETURN NEW; END'
        """,
        """
        CREATE TRIGGER transcripts_changed AFTER INSERT OR UPDATE ON transcripts
            FOR EACH ROW EXECUTE FUNCTION note_search_pending()
        """,
    ]

    let condition = "to_tsvector('simple', p.words) @@ to_tsquery('simple', ?)"

    func expression(_ terms: [[String]]) -> String {
        terms.map { words in "(" + words.map { "'\($0)'" }.joined(separator: " <-> ") + ":*)" }.joined(separator: " & ")
    }
}
