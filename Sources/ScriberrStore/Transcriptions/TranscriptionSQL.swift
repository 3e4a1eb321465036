package import ScriberrCore

/// Jobs as their owners see them: lists, titles, places in line. What moves a job is in ``JobSQL``.
package enum TranscriptionSQL {
    /// Which jobs a list shows.
    package struct Filter: Sendable, Hashable {
        package var status: JobStatus?
        /// Folded text somewhere in the title.
        package var search: String?
        /// Terms that may instead stand in the transcript, all of them.
        package var terms: [[String]]
        package var updatedAfter: Timestamp?

        package init(
            status: JobStatus? = nil,
            search: String? = nil,
            terms: [[String]] = [],
            updatedAfter: Timestamp? = nil
        ) {
            self.status = status
            self.terms = terms
            self.search = search
            self.updatedAfter = updatedAfter
        }
    }

    /// One row more than the page holds, when there are more. Transcripts lie elsewhere and are not read; jobs that work on
    /// another's transcript are not shown.
    package static func list(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ filter: Filter,
        _ keyset: Keyset
    ) throws -> [TranscriptionSummary] {
        var conditions = Conditions()
        conditions.add("owner = ?", .id(owner))
        conditions.add("diarizes IS NULL")
        if let status = filter.status { conditions.add("status = ?", .text(status.rawValue)) }
        if let after = filter.updatedAfter { conditions.add("updated_at > ?", .time(after)) }
        if let search = filter.search { conditions.addSearch(title: search, filter.terms, db.dialect) }
        let page = conditions.page(keyset)
        var reader = TranscriptionSummary.Reader()
        var jobs: [TranscriptionSummary] = []
        jobs.reserveCapacity(keyset.limit + 1)
        try db.each("SELECT \(TranscriptionSummary.columns) FROM transcriptions \(page)", conditions.arguments) { row in
            jobs.append(try reader.read(row))
        }
        return jobs
    }

    /// Gives a job another title; nil when there is no such job.
    package static func rename(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ id: TranscriptionID,
        title: String,
        at now: Timestamp
    ) throws -> Transcription? {
        let sql = """
            UPDATE transcriptions SET title = $1, title_folded = $2, updated_at = $3
            WHERE id = $4 AND owner = $5 RETURNING \(Transcription.columns)
            """
        let folded = TitleFolding.fold(title)
        return try db.query(sql, [.text(title), .text(folded), .time(now), .id(id), .id(owner)]).first
            .map(Transcription.init(row:))
    }

    /// Jobs of an owner that wait or run for a file with these bytes and that nobody asked to stop, oldest first. None of them ends before
    /// the transaction does: who is to hear of the end is there by then.
    package static func active(_ db: any SQLConnection, _ owner: UserID, contentHash: String) throws -> [Transcription] {
        let sql = """
            SELECT \(Transcription.columns) FROM transcriptions
            WHERE owner = $1 AND status IN ('queued', 'processing') AND cancel_requested_at IS NULL AND diarizes IS NULL
                AND file_id IN (SELECT id FROM files WHERE owner = $2 AND sha256 = $3)
            ORDER BY queued_at, id\(db.dialect == .postgres ? " FOR UPDATE" : "")
            """
        return try db.query(sql, [.id(owner), .id(owner), .text(contentHash)]).map(Transcription.init(row:))
    }

    /// Jobs of an owner for a file with these bytes that were completed at `time` or later, newest first.
    package static func completed(
        _ db: any SQLConnection,
        _ owner: UserID,
        contentHash: String,
        since time: Timestamp
    ) throws -> [Transcription] {
        let sql = """
            SELECT \(Transcription.columns) FROM transcriptions
            WHERE owner = $1 AND status = 'completed' AND completed_at >= $2 AND diarizes IS NULL
                AND file_id IN (SELECT id FROM files WHERE owner = $3 AND sha256 = $4)
            ORDER BY completed_at DESC, id
            """
        return try db.query(sql, [.id(owner), .time(time), .id(owner), .text(contentHash)]).map(Transcription.init(row:))
    }

    /// Jobs of an owner that wait or run, longest waiting first.
    package static func active(_ db: any SQLConnection, _ owner: UserID, limit: Int) throws -> [Transcription] {
        let sql = """
            SELECT \(Transcription.columns) FROM transcriptions
            WHERE owner = $1 AND status IN ('queued', 'processing') ORDER BY queued_at, id LIMIT $2
            """
        return try db.query(sql, [.id(owner), .int(limit)]).map(Transcription.init(row:))
    }
}
