import ScriberrCore
import ScriberrStore
import ScriberrTestStores
import ScriberrTestSupport

/// The drivers that must pass the conformance suite.
enum JobStoreDriver: String, CaseIterable, Sendable {
    case sqliteFile
    case sqliteInline
    case postgres

    /// Those that can be had.
    static var allCases: [JobStoreDriver] {
        TestPostgres.address == nil ? [.sqliteFile, .sqliteInline] : [.sqliteFile, .sqliteInline, .postgres]
    }

    func open(in folder: String, _ signals: StoreSignals) async throws -> any Database {
        switch self {
        case .sqliteFile: try SQLiteDatabase(path: folder + "/scriberr.db", signals: signals)
        case .sqliteInline: try InlineSQLiteDatabase(signals: signals)
        case .postgres: try PostgresDatabase(address: await PostgresCopies.shared.make(), settings: .patient, signals: signals)
        }
    }
}

/// A store with two owners and one registered process, on a clock that stands still.
struct JobStoreWorld {
    let database: any Database
    let store: any JobStore
    let signals: StoreSignals
    let clock = ManualWallClock()
    let instance = InstanceID("inst_1") ?? .make()
    let owner: UserID
    let other: UserID

    var now: Timestamp { clock.now() }

    /// Opens a database of `driver`, hands the world around it to `body` and closes it.
    static func with(
        _ driver: JobStoreDriver,
        _ body: (JobStoreWorld) async throws -> Void
    ) async throws {
        guard driver == .postgres else { return try await open(driver, body) }
        try await PostgresSeats.shared.with { try await open(driver, body) }
    }

    private static func open(
        _ driver: JobStoreDriver,
        _ body: (JobStoreWorld) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let signals = StoreSignals()
            let database = try await driver.open(in: folder, signals)
            let world = try await JobStoreWorld(database: database, signals: signals)
            try await body(world)
            guard driver == .postgres else { return await database.close() }
            let name = try await database.read {
                try $0.query("SELECT current_database()::text AS name", []).first?.text("name") ?? ""
            }
            await database.close()
            try TestPostgres.drop(name)
        }
    }

    init(database: any Database, signals: StoreSignals) async throws {
        self.database = database
        self.signals = signals
        store = SQLJobStore(database: database)
        let now = clock.now()
        (owner, other) = try await database.write {
            (try insertOwner($0, "ada", at: now), try insertOwner($0, "bob", at: now))
        }
        try await register(instance)
    }

    func advance(by duration: Duration) { clock.advance(by: duration) }

    func register(_ id: InstanceID, seat: String? = nil) async throws {
        let record = InstanceRecord(
            id: id,
            host: "host",
            processID: 1,
            version: "1",
            exclusiveSeat: seat,
            slots: 4,
            startedAt: now
        )
        try await store.register(record)
    }

    /// Queues a job. Jobs of one instant lie in the line by their number.
    @discardableResult
    func enqueue(
        _ number: Int,
        owner: UserID? = nil,
        priority: Int = 0,
        audioSeconds: Double? = nil,
        options: TranscriptionOptions = TranscriptionOptions(),
        runAfter: Timestamp? = nil
    ) async throws -> TranscriptionID {
        var job = Transcription(
            id: TranscriptionID(trusted: "tr_" + padded(number)),
            owner: owner ?? self.owner,
            fileID: FileID(trusted: "file_" + padded(number)),
            title: "Recording \(number)",
            options: options,
            priority: priority,
            audioSeconds: audioSeconds,
            createdAt: now
        )
        job.runAfter = runAfter ?? now
        let queued = job
        try await database.write { try JobSQL.enqueue($0, queued, blobKey: "blob") }
        return job.id
    }

    func request(
        _ count: Int = 1,
        by instance: InstanceID? = nil,
        policy: SchedulingPolicy = .fifo,
        maxRunningPerOwner: Int? = nil
    ) -> ClaimRequest {
        ClaimRequest(
            instance: instance ?? self.instance,
            count: count,
            leaseExpiresAt: now + .seconds(30),
            policy: policy,
            maxRunningPerOwner: maxRunningPerOwner,
            now: now
        )
    }

    func claim(
        _ count: Int = 1,
        by instance: InstanceID? = nil,
        policy: SchedulingPolicy = .fifo,
        maxRunningPerOwner: Int? = nil
    ) async throws -> [ClaimedJob] {
        try await store.claim(
            request(count, by: instance, policy: policy, maxRunningPerOwner: maxRunningPerOwner)
        ).jobs
    }

    /// Queues a job and claims it.
    func running(_ number: Int = 1) async throws -> Lease {
        try await enqueue(number)
        guard let lease = try await claim().first?.lease else { throw WorldError.nothingClaimed }
        return lease
    }

    func recover(by instance: InstanceID? = nil, crashLimit: Int = 3) async throws -> [RecoveredJob] {
        let request = RecoveryRequest(
            instance: instance ?? self.instance,
            deadBefore: now - .seconds(60),
            crashLimit: crashLimit,
            now: now
        )
        return try await store.recover(request)
    }

    func job(_ id: TranscriptionID) async throws -> Transcription {
        guard let job = try await database.read({ try JobSQL.get($0, id) }) else { throw WorldError.noSuchJob }
        return job
    }

    func executions(_ id: TranscriptionID) async throws -> [Execution] {
        try await database.read { try JobSQL.executions($0, of: id) }
    }

    /// The names of a job's events, oldest first.
    func eventTypes(_ id: TranscriptionID) async throws -> [String] { try await events(id).map(\.type.rawValue) }

    func events(_ id: TranscriptionID) async throws -> [Event] {
        try await database.read { try EventLog.events($0, after: 0, subject: id.text, limit: 1_000) }
    }
}

extension PostgresDatabase {
    /// A database of its own on the server for tests.
    static func make(
        migrations: [Migration] = allMigrations,
        signals: StoreSignals = StoreSignals()
    ) throws -> PostgresDatabase {
        try PostgresDatabase(address: address(try TestPostgres.makeDatabase()), migrations: migrations, signals: signals)
    }

    static func address(_ url: String) throws -> PostgresAddress {
        guard let address = PostgresAddress(url) else { throw WorldError.nothingClaimed }
        return address
    }
}

enum WorldError: Error {
    case nothingClaimed
    case noSuchJob
}

let someResult = JobResult(
    transcript: Array(#"{"text":"hello"}"#.utf8),
    text: "hello",
    detectedLanguage: "en",
    warnings: [JobWarning(code: "NO_SPEECH", message: "Hardly anything was said.")],
    engine: Transcript.EngineStamp(provider: "local", transcriptionModel: "whisper-base"),
    audioSeconds: 20
)

let someFailure = FailureReport(code: .engineCrashed, message: "The engine ended.")

/// Adds an account.
func insertOwner(_ connection: any SQLConnection, _ name: String, at now: Timestamp) throws -> UserID {
    let user = try UserSQL.insert(connection, username: name, folded: name, passwordHash: "", role: .user, at: now)
    guard let user else { throw WorldError.nothingClaimed }
    return user.id
}

func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 9 - digits.count)) + digits
}
