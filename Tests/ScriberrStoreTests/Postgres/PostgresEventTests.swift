import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `The event log on PostgreSQL` {
    /// A smaller number that becomes visible after a larger one must not be behind a reader that has passed the larger one.
    @Test func `shows nothing behind an entry that is still to be committed`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let first = try await world.note("tr_1", .transcriptionCreated)
            let (hasDrawn, mayCommit) = (Meeting(of: 2), Meeting(of: 2))
            let (owner, now) = (world.owner, world.now)
            async let slow = world.database.write { connection in
                let number = try EventLog.append(
                    connection,
                    owner: owner,
                    subject: "tr_slow",
                    type: .transcriptionCreated,
                    payload: "{}",
                    at: now
                )
                hasDrawn.meet()
                mayCommit.meet()
                return number
            }
            await Task.detached { hasDrawn.meet() }.value
            let quick = try await world.note("tr_quick", .transcriptionCreated)

            var seen = try await world.database.read { try EventLog.events($0, after: 0, limit: 10).map(\.sequence) }
            #expect(seen == [first])
            var latest = try await world.database.read { try EventLog.latestSequence($0) }
            #expect(latest == first)

            await Task.detached { mayCommit.meet() }.value
            let late = try await slow
            #expect(late < quick)
            seen = try await world.database.read { try EventLog.events($0, after: first, limit: 10).map(\.sequence) }
            #expect(seen == [late, quick])
            latest = try await world.database.read { try EventLog.latestSequence($0) }
            #expect(latest == quick)
        }
    }

    @Test func `is read without a gap while many write`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let (database, owner, now) = (world.database, world.owner, world.now)
            let total = 600
            async let writers: Void = withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for number in 0..<(total / 6) {
                            try await database.write { connection in
                                for _ in 0...(number % 3) {
                                    try EventLog.append(
                                        connection,
                                        owner: owner,
                                        subject: "tr_\(writer)",
                                        type: .transcriptionProgress,
                                        payload: "{}",
                                        at: now
                                    )
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let written = (0..<(total / 6)).reduce(0) { $0 + $1 % 3 + 1 } * 6
            var (place, seen): (Int64, [Int64]) = (0, [])
            while seen.count < written {
                let from = place
                let some = try await database.read { try EventLog.events($0, after: from, limit: 50).map(\.sequence) }
                seen += some
                place = some.last ?? place
            }
            try await writers
            let all = try await database.read {
                try $0.query("SELECT sequence FROM events ORDER BY sequence", []).map { try $0.integer("sequence") }
            }
            #expect(seen == all)
        }
    }

    @Test func `and the queue's notices reach other processes`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            // Another connection of its own, as another process would have.
            let url = try await world.database.read {
                try $0.query("SELECT current_database()::text AS name", []).first?.text("name") ?? ""
            }
            let base = try #require(TestPostgres.address)
            let address = try PostgresDatabase.address(base.replacing(/\/[^\/]*$/, with: "/\(url)"))
            let other = try PostgresDatabase(address: address)
            let (events, jobs) = (other.signals.events.subscribe(), other.signals.jobs.subscribe())
            // What it says at the start, when its line is open: something may have been missed.
            #expect(await events.next() == EventNotice())
            #expect(await jobs.next() == .due)
            let lease = try await world.running(1)
            #expect(await events.next() == EventNotice())
            #expect(await jobs.next() == .due)
            _ = try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now)
            #expect(await jobs.next() == .cancelRequested(lease))
            await other.close()
        }
    }
}

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `A PostgreSQL server that goes away` {
    @Test(.timeLimit(.minutes(15)))
    func `costs waiting, and loses nothing that was accepted`() async throws {
        try await withTemporaryFolder { folder in
            let server = PostgresServer(folder: folder)
            let address = try PostgresDatabase.address(server.start())
            defer { try? server.kill() }
            var settings = PostgresSettings()
            settings.patience = .seconds(300)
            let database = try PostgresDatabase(address: address, settings: settings)
            let world = try await JobStoreWorld(database: database, signals: database.signals)
            let lease = try await world.running(1)
            for stop in [server.stop, server.kill] {
                try stop()
                async let renewed = world.store.renew([lease], until: world.now + .seconds(60), at: world.now)
                async let placed = database.read { try JobSQL.get($0, lease.job) }
                try server.start()
                #expect(try await renewed == [LeaseAnswer(lease: lease, fenced: .applied)])
                #expect(try await placed?.status == .processing)
            }
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            await database.close()
        }
    }

    @Test func `for too long is a failure that passes`() async throws {
        try await withTemporaryFolder { folder in
            let server = PostgresServer(folder: folder)
            let address = try PostgresDatabase.address(server.start())
            var settings = PostgresSettings()
            settings.patience = .milliseconds(300)
            let database = try PostgresDatabase(address: address, settings: settings)
            try server.kill()
            let error = await #expect(throws: ScriberrError.self) {
                try await database.read { _ = try $0.query("SELECT 1 AS one", []) }
            }
            #expect(error?.code == .storageFailed && error?.disposition == .transient)
            await database.close()
        }
    }
}
