import ScriberrCore
import ScriberrStore

/// A database file with owners in it, and jobs to put there.
struct BenchStore: Sendable {
    let database: SQLiteDatabase
    let store: SQLJobStore
    let owners: [UserID]
    let instance = InstanceID(trusted: "inst_bench")

    /// Opens or makes the file `name` in the folder; durable, as the program runs.
    init(_ order: Order, file name: String, owners count: Int = 200, groupMax: Int? = nil) async throws {
        var settings = SQLiteSettings()
        if let groupMax { settings.groupMax = groupMax }
        database = try SQLiteDatabase(path: "\(order.folder)/\(name).db", settings: settings)
        store = SQLJobStore(database: database)
        owners = try await database.write { connection in
            let now = Timestamp.now
            for number in 0..<count {
                let name = "user\(number)"
                _ = try UserSQL.insert(connection, username: name, folded: name, passwordHash: "", role: .user, at: now)
            }
            return try connection.query("SELECT id FROM users ORDER BY id LIMIT $1", [.int(count)]).map { try $0.user("id") }
        }
    }

    func newJob(_ number: Int, owner: UserID? = nil, priority: Int = 0) -> Transcription {
        Transcription(
            id: .make(),
            owner: owner ?? owners[number % owners.count],
            fileID: .make(),
            title: "Meeting of the working group, part \(number)",
            options: TranscriptionOptions(),
            priority: priority,
            audioSeconds: Double(60 + number % 3_600),
            createdAt: .now
        )
    }

    func enqueue(_ job: Transcription) async throws {
        try await database.write { try JobSQL.enqueue($0, job, blobKey: "files/\(job.fileID.text)") }
    }

    func request(_ policy: SchedulingPolicy = .fifo, maxRunningPerOwner: Int? = nil) -> ClaimRequest {
        let now = Timestamp.now
        return ClaimRequest(
            instance: instance,
            count: 1,
            leaseExpiresAt: now + .seconds(600),
            policy: policy,
            maxRunningPerOwner: maxRunningPerOwner,
            now: now
        )
    }

    func close() async { await database.close() }
}

/// The result of a job that did nothing.
let emptyResult = JobResult(transcript: Array(#"{"segments":[],"text":"","words":[]}"#.utf8), text: "")

/// Something that the measurement rests on did not happen.
struct BenchError: Error, CustomStringConvertible {
    let description: String
}
