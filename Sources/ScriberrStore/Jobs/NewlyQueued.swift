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
    static func enqueueWhole(_ connection: PostgresConnection, _ new: [NewlyQueued]) throws -> Bool {
        let rows = try connection.queryWhole(wholeEnqueues, columns: try columns(new))
        guard let row = rows.first, try !row.bool("lanes_kept") else { return false }
        EventLog.wakeReaders(connection)
        raise(connection, .due)
        return true
    }

    private static func columns(_ new: [NewlyQueued]) throws -> [PostgresArray] {
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
            PostgresArray.texts(jobs.map { JobEvent(born: $0).payload }),
        ]
    }

    // The update of no lane holds the lock that whoever begins to keep them waits for.
    static let wholeEnqueues = """
        WITH given AS (
            SELECT id, ($2::bigint[])[n] AS owner, ($3::text[])[n] AS file_id, ($4::text[])[n] AS diarizes,
                ($5::text[])[n] AS blob_key, ($6::text[])[n] AS title, ($7::text[])[n] AS title_folded,
                ($8::text[])[n] AS options, ($9::bigint[])[n] AS priority, ($10::bigint[])[n] AS queued_at,
                ($11::bigint[])[n] AS run_after, ($12::bigint[])[n] AS max_attempts, ($13::float8[])[n] AS audio_seconds,
                ($14::bigint[])[n] AS created_at, ($15::bigint[])[n] AS updated_at, ($16::text[])[n] AS needs_model,
                ($17::bigint[])[n] AS needs_cuda, ($18::text[])[n] AS payload
            FROM unnest($1::text[]) WITH ORDINALITY AS given (id, n)
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
            SELECT \(EventHorizon.next), owner, id, born.type, payload, created_at
            FROM place, given, \(JobEvent.birthTable)
        )
        SELECT \(ClaimShape.lanesKept) AS lanes_kept
        """
}
