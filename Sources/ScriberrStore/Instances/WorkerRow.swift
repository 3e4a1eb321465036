package import ScriberrCore

/// A process that runs jobs, as it is known in the database.
package struct WorkerRow: Sendable, Hashable {
    package var id: InstanceID
    package var host: String
    package var processID: Int
    package var version: String
    package var role: InstanceRecord.Role
    /// How many jobs it runs at once.
    package var slots: Int
    /// The models that it has; nil when it fetches what it lacks.
    package var models: [String]?
    package var hasCUDA: Bool
    package var startedAt: Timestamp
    /// Its last sign of life.
    package var seenAt: Timestamp
    package var running: [Job]

    /// A job that it runs.
    package struct Job: Sendable, Hashable {
        package var id: TranscriptionID
        package var attempt: Int
        package var stage: JobStage
        package var progress: Double
        package var startedAt: Timestamp?

        init(row: any SQLRow) throws {
            id = try row.id("id")
            attempt = try row.int("attempt")
            stage = try row.choice("stage")
            progress = try row.real("progress")
            startedAt = try row.optionalTime("started_at")
        }
    }

    init(row: any SQLRow, running: [Job]) throws {
        id = try row.id("id")
        host = try row.text("host")
        processID = try row.int("process_id")
        version = try row.text("version")
        role = try row.choice("role")
        slots = try row.int("slots")
        models = try row.optionalText("models").map(ModelList.models)
        hasCUDA = try row.bool("has_cuda")
        startedAt = try row.time("started_at")
        seenAt = try row.time("seen_at")
        self.running = running
    }
}
