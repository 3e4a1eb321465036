package import ScriberrCore
import ScriberrEngines
package import ScriberrStore

/// Downloads that somebody asked for. What was asked for survives a restart: it goes on where it stopped.
package actor ModelPulls {
    private let database: any Database
    private let depot: any ModelDepot
    private let clock: any WallClock
    private var running: [String: Task<Void, Never>] = [:]
    private var lastTold: [String: ContinuousClock.Instant] = [:]
    private var isClosed = false

    /// The least time between two progress events of a model.
    private static let interval = Duration.seconds(1)

    package init(database: any Database, depot: any ModelDepot, clock: any WallClock) {
        self.database = database
        self.depot = depot
        self.clock = clock
    }

    /// Goes on with what an earlier process was asked for. Throws what the database throws.
    package func resume() async throws {
        let waiting = try await database.read { try ModelPullSQL.all($0) }.filter { $0.status == .downloading }
        for pull in waiting { launch(pull.model) }
    }

    /// Begins to fetch a model unless that goes on already.
    func start(_ model: String) async throws {
        guard running[model] == nil else { return }
        guard !isClosed else { throw ScriberrError(.serviceUnavailable, "The server is stopping.") }
        let now = clock.now()
        try await database.write { try ModelPullSQL.begin($0, model, at: now) }
        launch(model)
    }

    /// Stops fetching a model and removes what is there of it. Throws `NOT_FOUND` when there is nothing.
    func remove(_ model: String) async throws {
        let download = running[model]
        download?.cancel()
        await download?.value
        let now = clock.now()
        do {
            try await depot.remove(model)
        } catch let error as ScriberrError where error.code == .notFound && download != nil {
            // It had not come yet; its parts are gone.
        }
        try await database.write { try ModelPullSQL.remove($0, model, at: now) }
    }

    /// Stops every download. What was asked for stays so, for the next process.
    package func close() async {
        isClosed = true
        for task in running.values { task.cancel() }
        for task in running.values { await task.value }
    }

    private func launch(_ model: String) {
        guard running[model] == nil, !isClosed else { return }
        // Ends with the download; canceled by `remove` and `close`, which wait for it.
        running[model] = Task { await self.work(model) }
    }

    private func work(_ model: String) async {
        defer { (running[model], lastTold[model]) = (nil, nil) }
        do {
            try await depot.fetch(model) { await self.tell(model, $0) }
            try await note { try ModelPullSQL.finish($0, model, at: $1) }
        } catch is CancellationError {
            return
        } catch {
            let failure = error as? ScriberrError ?? ScriberrError(.internalError, "The download failed unexpectedly.")
            // A database that cannot take the news leaves the download as asked for: the next process tries it again.
            try? await note { try ModelPullSQL.fail($0, model, failure, at: $1) }
        }
    }

    private func tell(_ model: String, _ event: PreparationProgress) async {
        guard case .downloading(let received, let total) = event else { return }
        if let last = lastTold[model], ContinuousClock.now - last < Self.interval, received != total { return }
        lastTold[model] = .now
        // Progress is news, not work.
        try? await note { try ModelPullSQL.progress($0, model, received: received, total: total, at: $1) }
    }

    private func note(_ write: @escaping @Sendable (any SQLConnection, Timestamp) throws -> Void) async throws {
        let now = clock.now()
        try await database.write { try write($0, now) }
    }
}
