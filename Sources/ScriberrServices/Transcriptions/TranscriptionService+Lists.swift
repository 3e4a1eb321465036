package import ScriberrCore
import ScriberrStore

extension TranscriptionService {
    /// One page of the owner's jobs; transcripts are not read.
    package func list(_ owner: UserID, _ query: TranscriptionListQuery) async throws -> Page<TranscriptionSummary> {
        try await search(owner, query).page
    }

    /// The same without waiting for anything; nil for a search.
    package func list(
        _ glimpse: Glimpse,
        _ owner: UserID,
        _ query: TranscriptionListQuery
    ) throws -> Page<TranscriptionSummary>? {
        guard !query.isSearch else { return nil }
        return try query.page(TranscriptionSQL.list(glimpse.db, owner, query.filter, query.keyset))
    }

    /// One page of the owner's jobs and, for a search, where each was found. Of transcripts only the passages that are shown
    /// are read.
    package func search(
        _ owner: UserID,
        _ query: TranscriptionListQuery
    ) async throws -> (page: Page<TranscriptionSummary>, matches: [TranscriptionID: SearchMatch]) {
        let (list, filter, keyset) = (query.list, query.filter, try query.keyset)
        // An index leads straight to a page; a search may look at everything.
        guard query.isSearch else {
            let rows = try await database.readBriefly { try TranscriptionSQL.list($0, owner, filter, keyset) }
            return (try query.page(rows), [:])
        }
        let (rows, passages) = try await database.read { db in
            let rows = try TranscriptionSQL.list(db, owner, filter, keyset)
            return (rows, try PassageSQL.hits(db, list.terms, in: rows.prefix(list.limit).map(\.id)))
        }
        let page = try query.page(rows)
        let matches = page.items.map { job in
            (job.id, passages[job.id].flatMap { SearchMatch(list.terms, in: $0) } ?? .title)
        }
        return (page, Dictionary(uniqueKeysWithValues: matches))
    }

    /// A job without waiting for anything, and the job that tells its speakers apart meanwhile. Nil for a job that waits, whose
    /// place in line takes longer to find, and when there is no such job.
    package func get(
        _ glimpse: Glimpse,
        _ owner: UserID,
        _ id: TranscriptionID
    ) throws -> (job: Transcription, diarization: TranscriptionID?)? {
        guard let job = try JobSQL.get(glimpse.db, id, owner: owner), job.status != .queued else { return nil }
        return (job, job.status == .completed ? try JobSQL.activeDiarization(glimpse.db, of: id) : nil)
    }
}

extension TranscriptionListQuery {
    fileprivate var filter: TranscriptionSQL.Filter {
        TranscriptionSQL.Filter(status: status, search: list.search, terms: list.terms, updatedAfter: list.updatedAfter)
    }

    fileprivate var keyset: Keyset {
        get throws { try list.keyset(filter: cursorFilter) }
    }

    fileprivate func page(_ rows: [TranscriptionSummary]) throws -> Page<TranscriptionSummary> {
        try list.page(rows, filter: cursorFilter) { job in
            ListPlace(id: job.id.text, title: job.title, createdAt: job.createdAt, updatedAt: job.updatedAt)
        }
    }
}
