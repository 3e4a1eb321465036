import ScriberrCore

/// A new job that is to be put into the queue by itself.
struct NewlyQueued: Sendable {
    var job: Transcription
    var blobKey: String
    var foldedTitle: String

    /// Whether it can be claimed at once.
    var isDue: Bool { job.runAfter <= job.createdAt }

    func enqueue(_ connection: any SQLConnection) throws {
        try JobSQL.enqueue(connection, job, blobKey: blobKey, foldedTitle: foldedTitle)
    }
}

extension JobSQL {
    /// Puts due jobs into the queue on PostgreSQL, in one statement that is a whole transaction. False when nothing was written
    /// because lanes are kept: each has to go the long way.
    static func enqueueWhole(_ connection: any SQLConnection, _ new: [NewlyQueued]) throws -> Bool {
        let rows = try connection.queryWhole(wholeEnqueues, try arguments(new))
        guard let row = rows.first, try !row.bool("lanes_kept") else { return false }
        EventLog.wakeReaders(connection)
        raise(connection, .due)
        return true
    }

    private static func arguments(_ new: [NewlyQueued]) throws -> [SQLValue] {
        let jobs = new.map(\.job)
        return [
            PostgresArray.texts(jobs.map(\.id.text)), PostgresArray.numbers(jobs.map(\.owner.number)),
            PostgresArray.texts(jobs.map(\.fileID.text)), PostgresArray.texts(jobs.map { $0.diarizes?.text }),
            PostgresArray.texts(new.map(\.blobKey)), PostgresArray.texts(jobs.map(\.title)),
            PostgresArray.texts(new.map(\.foldedTitle)), PostgresArray.texts(try jobs.map { try OptionsText.encode($0.options) }),
            PostgresArray.numbers(jobs.map { Int64($0.priority) }), PostgresArray.numbers(jobs.map(\.queuedAt.microseconds)),
            PostgresArray.numbers(jobs.map(\.runAfter.microseconds)), PostgresArray.numbers(jobs.map { Int64($0.maxAttempts) }),
            PostgresArray.fractions(jobs.map(\.audioSeconds)), PostgresArray.numbers(jobs.map(\.createdAt.microseconds)),
            PostgresArray.numbers(jobs.map(\.updatedAt.microseconds)), PostgresArray.texts(jobs.map(\.options.model)),
            PostgresArray.numbers(jobs.map { $0.options.device == "cuda" ? 1 : 0 }),
            PostgresArray.texts(jobs.map { JobEvent(created: $0).payload }),
        ]
    }

    // The update of no lane holds the lock that whoever begins to keep them waits for.
    static let wholeEnqueues = """
        WITH given AS (
            SELECT * FROM unnest($1::text::text[], $2::text::bigint[], $3::text::text[], $4::text::text[], $5::text::text[],
                $6::text::text[], $7::text::text[], $8::text::text[], $9::text::bigint[], $10::text::bigint[], $11::text::bigint[],
                $12::text::bigint[], $13::text::float8[], $14::text::bigint[], $15::text::bigint[], $16::text::text[],
                $17::text::bigint[], $18::text::text[])
            AS given (id, owner, file_id, diarizes, blob_key, title, title_folded, options, priority, queued_at, run_after,
                max_attempts, audio_seconds, created_at, updated_at, needs_model, needs_cuda, payload)
            WHERE NOT \(ClaimShape.lanesKept)
        ),
        lanes AS (UPDATE queue_lanes SET owner = owner WHERE false),
        made AS (
            INSERT INTO transcriptions (id, owner, file_id, diarizes, blob_key, title, title_folded, status, options, priority,
                queued_at, run_after, is_due, max_attempts, stage, audio_seconds, created_at, updated_at, needs_model, needs_cuda)
            SELECT id, owner, file_id, diarizes, blob_key, title, title_folded, 'queued', options, priority,
                queued_at, run_after, 1, max_attempts, 'queued', audio_seconds, created_at, updated_at, needs_model, needs_cuda
            FROM given
        ),
        \(EventHorizon.place),
        noted AS (
            INSERT INTO events (sequence, owner, subject, type, payload, at)
            SELECT \(EventHorizon.next), owner, id, '\(EventType.transcriptionCreated.rawValue)', payload, created_at FROM place, given
        )
        SELECT \(ClaimShape.lanesKept) AS lanes_kept
        """
}
