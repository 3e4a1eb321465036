package import ScriberrCore

/// A stretch of a transcript as it is searched: some segments, each with its words on a line of its own.
package struct Passage: Sendable, Hashable {
    /// The segments, in order.
    package var lines: [Line]

    package init(lines: [Line]) { self.lines = lines }

    /// A segment.
    package struct Line: Sendable, Hashable {
        /// Seconds from the start of the recording; nil when unknown.
        package var start: Double?
        /// What was said, on one line.
        package var text: String
        /// The same as ``SearchText/words(_:)``.
        package var words: [String]

        package init(start: Double?, text: String, words: [String]) {
            self.start = start
            self.text = text
            self.words = words
        }
    }

    fileprivate var words: String { lines.map { $0.words.joined(separator: " ") }.joined(separator: "\n") }

    fileprivate var segments: String {
        lines.map { line in (line.start.map { String(Int(($0 * 1_000).rounded())) } ?? "") + "\t" + line.text }
            .joined(separator: "\n")
    }

    fileprivate init(words: String, segments: String) {
        let words = words.split(separator: "\n", omittingEmptySubsequences: false)
        let segments = segments.split(separator: "\n", omittingEmptySubsequences: false)
        lines = zip(segments, words).map { segment, words in
            let parts = segment.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return Line(
                start: Double(parts[0]).map { $0 / 1_000 },
                text: parts.count > 1 ? String(parts[1]) : "",
                words: words.split(separator: " ").map(String.init)
            )
        }
    }
}

/// The searchable passages of transcripts, and the transcripts that have yet to become searchable.
package enum PassageSQL {
    /// A transcript that changed since it was last made searchable, and its version; nil when there is none.
    package static func pending(_ db: any SQLConnection) throws -> (job: TranscriptionID, version: Int, content: [UInt8])? {
        let sql = """
            SELECT t.job, t.version, t.content FROM search_pending s JOIN transcripts t ON t.job = s.job ORDER BY s.job LIMIT 1
            """
        return try db.query(sql, []).first.map { (try $0.id("job"), try $0.int("version"), try $0.bytes("content")) }
    }

    /// Writes passages of a job in place of those with the same numbers, from `first` on. A job that is gone is left alone.
    package static func write(_ db: any SQLConnection, _ job: TranscriptionID, _ passages: [Passage], from first: Int) throws {
        guard try !db.query("SELECT 1 AS found FROM transcripts WHERE job = $1", [.id(job)]).isEmpty else { return }
        for (offset, passage) in passages.enumerated() {
            let number = first + offset
            try db.execute("DELETE FROM transcript_passages WHERE job = $1 AND number = $2", [.id(job), .int(number)])
            // Another node may be writing the same passage.
            try db.execute(
                """
                INSERT INTO transcript_passages (job, number, words, segments) VALUES ($1, $2, $3, $4)
                ON CONFLICT (job, number) DO UPDATE SET words = excluded.words, segments = excluded.segments
                """,
                [.id(job), .int(number), .text(passage.words), .text(passage.segments)]
            )
            try db.dialect.textSearch.add(db, job, number: number)
        }
    }

    /// Removes what an earlier version had beyond `count` passages and notes that this version is searchable. A newer one stays
    /// noted as changed.
    package static func finish(_ db: any SQLConnection, _ job: TranscriptionID, version: Int, count: Int) throws {
        try db.execute("DELETE FROM transcript_passages WHERE job = $1 AND number >= $2", [.id(job), .int(count)])
        try db.execute(
            """
            DELETE FROM search_pending WHERE job = $1
                AND NOT EXISTS (SELECT 1 FROM transcripts WHERE job = $2 AND version <> $3)
            """,
            [.id(job), .id(job), .int(version)]
        )
    }

    /// Whether passages of deleted or changed transcripts still take room in the index.
    package static func hasGone(_ db: any SQLConnection) throws -> Bool { try db.dialect.textSearch.hasGone(db) }

    /// Frees some of that room.
    package static func removeGone(_ db: any SQLConnection) throws { try db.dialect.textSearch.removeGone(db) }

    /// For each of `jobs` in which there are words of `terms`, the first passage with all of them, else the first with the
    /// first.
    package static func hits(
        _ db: any SQLConnection,
        _ terms: [[String]],
        in jobs: [TranscriptionID]
    ) throws -> [TranscriptionID: Passage] {
        guard let first = terms.first, !jobs.isEmpty else { return [:] }
        var numbers = try firstPassages(db, terms, in: jobs)
        let others = jobs.filter { numbers[$0] == nil }
        if terms.count > 1, !others.isEmpty { numbers.merge(try firstPassages(db, [first], in: others)) { old, _ in old } }
        var hits: [TranscriptionID: Passage] = [:]
        for (job, number) in numbers {
            let sql = "SELECT words, segments FROM transcript_passages WHERE job = $1 AND number = $2"
            guard let row = try db.query(sql, [.id(job), .int(number)]).first else { continue }
            hits[job] = Passage(words: try row.text("words"), segments: try row.text("segments"))
        }
        return hits
    }

    private static func firstPassages(
        _ db: any SQLConnection,
        _ terms: [[String]],
        in jobs: [TranscriptionID]
    ) throws -> [TranscriptionID: Int] {
        let search = db.dialect.textSearch
        var conditions = Conditions()
        conditions.add(search.condition, .text(search.expression(terms)))
        conditions.add(membership("p.job", jobs.count), jobs.map { .id($0) })
        let sql = """
            SELECT p.job AS job, min(p.number) AS number FROM transcript_passages p
            WHERE \(conditions.sql.joined(separator: " AND ")) GROUP BY p.job
            """
        let rows = try db.query(sql, conditions.arguments)
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.id("job"), try $0.int("number")) })
    }

    private static func membership(_ column: String, _ count: Int) -> String {
        "\(column) IN (\(Array(repeating: "?", count: count).joined(separator: ", ")))"
    }
}

extension Conditions {
    /// Jobs with every term in the title or every term somewhere in the transcript.
    mutating func addSearch(title: String, _ terms: [[String]], _ dialect: SQLDialect) {
        let byTitle = #"title_folded LIKE ? ESCAPE '\'"#
        let pattern = SQLValue.text(TitleFolding.pattern(containing: title))
        guard !terms.isEmpty else { return add(byTitle, pattern) }
        let search = dialect.textSearch
        let byWords = "id IN (SELECT p.job FROM transcript_passages p WHERE \(search.condition))"
        let all = terms.map { _ in byWords }.joined(separator: " AND ")
        add("(\(byTitle) OR (\(all)))", [pattern] + terms.map { .text(search.expression([$0])) })
    }
}
