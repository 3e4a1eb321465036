package import ScriberrCore

extension JobSQL {
    /// An owner's job; nil when there is none or it is somebody else's.
    package static func get(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        owner: UserID
    ) throws -> Transcription? {
        try connection.query(ownedSQL, [.id(job), .id(owner)]).first.map(Transcription.init(row:))
    }

    private static let ownedSQL = "SELECT \(Transcription.columns) FROM transcriptions WHERE id = $1 AND owner = $2"

    /// A job, whosever it is.
    package static func get(_ connection: any SQLConnection, _ job: TranscriptionID) throws -> Transcription? {
        try connection.query("SELECT \(Transcription.columns) FROM transcriptions WHERE id = $1", [.id(job)])
            .first.map(Transcription.init(row:))
    }

    /// Where a job's audio lies; nil when there is no such job.
    package static func blobKey(_ connection: any SQLConnection, of job: TranscriptionID) throws -> String? {
        try connection.query("SELECT blob_key FROM transcriptions WHERE id = $1", [.id(job)]).first?.text("blob_key")
    }

    /// Whether a job was made from this file and still needs its audio.
    package static func refersToFile(_ connection: any SQLConnection, _ file: FileID) throws -> Bool {
        try !connection.query("SELECT 1 AS one FROM transcriptions WHERE file_id = $1 LIMIT 1", [.id(file)]).isEmpty
    }

    /// A job's attempts, newest first.
    package static func executions(_ connection: any SQLConnection, of job: TranscriptionID) throws -> [Execution] {
        try connection.query(
            """
            SELECT id, job, number, status, provider, model, started_at, completed_at, failed_at, error_code, error_message
            FROM executions WHERE job = $1 ORDER BY number DESC
            """,
            [.id(job)]
        ).map(Execution.init(row:))
    }

    /// A job's transcript as it was stored; nil before it is completed.
    package static func transcript(_ connection: any SQLConnection, of job: TranscriptionID) throws -> StoredTranscript? {
        try connection.query("SELECT version, content, updated_at FROM transcripts WHERE job = $1", [.id(job)]).first.map {
            StoredTranscript(
                version: try $0.int("version"),
                content: try $0.bytes("content"),
                updatedAt: try $0.time("updated_at")
            )
        }
    }

    /// Every piece kept for a step of a job, in order, whatever its fingerprint: the text of a job that still runs.
    package static func checkpoints(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        step: String
    ) throws -> [Checkpoint] {
        try connection.query(
            "SELECT step, piece, fingerprint, payload FROM checkpoints WHERE job = $1 AND step = $2 ORDER BY piece",
            [.id(job), .text(step)]
        ).map(Checkpoint.init(row:))
    }

    /// How many jobs stand where, of one owner or of all.
    package static func counts(_ connection: any SQLConnection, owner: UserID? = nil) throws -> [JobStatus: Int] {
        let rows = try connection.query(
            """
            SELECT status, count(*) AS jobs FROM transcriptions
            \(owner == nil ? "" : "WHERE owner = $1") GROUP BY status
            """,
            owner.map { [.id($0)] } ?? []
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.choice("status"), try $0.int("jobs")) })
    }

    /// How many jobs of each owner stand where. Owners without jobs are left out.
    package static func countsByOwner(_ connection: any SQLConnection) throws -> [UserID: [JobStatus: Int]] {
        let rows = try connection.query("SELECT owner, status, count(*) AS jobs FROM transcriptions GROUP BY owner, status", [])
        var counts: [UserID: [JobStatus: Int]] = [:]
        for row in rows { counts[try row.user("owner"), default: [:]][try row.choice("status")] = try row.int("jobs") }
        return counts
    }
}

/// A transcript as it lies in the database.
package struct StoredTranscript: Sendable, Hashable {
    /// 1 for what the engine wrote; grows with each edit.
    package var version: Int
    /// The canonical JSON, ready to serve.
    package var content: [UInt8]
    /// When it was written.
    package var updatedAt: Timestamp
}

extension Execution {
    fileprivate init(row: any SQLRow) throws {
        self.init(
            id: try row.id("id"),
            job: try row.id("job"),
            number: try row.int("number"),
            status: try row.choice("status"),
            provider: try row.text("provider"),
            model: try row.text("model"),
            startedAt: try row.time("started_at"),
            completedAt: try row.optionalTime("completed_at"),
            failedAt: try row.optionalTime("failed_at"),
            errorCode: try row.optionalText("error_code").map(ScriberrError.Code.init(rawValue:)),
            errorMessage: try row.optionalText("error_message")
        )
    }
}
