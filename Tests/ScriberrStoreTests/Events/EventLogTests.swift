import ScriberrCore
import ScriberrStore
import Synchronization
import Testing

@Suite struct `The event log` {
    @Test(arguments: JobStoreDriver.allCases)
    func `tells what is new for an owner, a subject or a kind`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let mine = try await world.note("tr_1", .transcriptionCreated)
            let theirs = try await world.note("tr_2", .transcriptionCreated, owner: world.other)
            let later = try await world.note("tr_1", .transcriptionCompleted)
            #expect(mine < theirs && theirs < later)

            func sequences(
                after: Int64 = 0,
                owner: UserID? = nil,
                subject: String? = nil,
                types: [EventType] = [],
                limit: Int = 10
            ) async throws -> [Int64] {
                try await world.database.read { connection in
                    try EventLog.events(
                        connection,
                        after: after,
                        owner: owner,
                        subject: subject,
                        types: types,
                        limit: limit
                    ).map(\.sequence)
                }
            }
            var found = try await sequences()
            #expect(found == [mine, theirs, later])
            found = try await sequences(after: mine)
            #expect(found == [theirs, later])
            found = try await sequences(owner: world.owner)
            #expect(found == [mine, later])
            found = try await sequences(owner: world.other, subject: "tr_1")
            #expect(found.isEmpty)
            found = try await sequences(types: [.transcriptionCompleted, .transcriptionFailed])
            #expect(found == [later])
            found = try await sequences(limit: 1)
            #expect(found == [mine])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `forgets what is old or too much, a bounded number at a time`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for _ in 1...5 { try await world.note("tr_1", .transcriptionProgress) }
            world.advance(by: .seconds(100))
            var last: Int64 = 0
            for _ in 1...5 { last = try await world.note("tr_1", .transcriptionProgress) }
            let cutoff = world.now - .seconds(50)
            func prune(keep: Int, limit: Int) async throws -> Int {
                try await world.database.write { try EventLog.prune($0, before: cutoff, keep: keep, limit: limit) }
            }
            var gone = try await prune(keep: 100, limit: 3)
            #expect(gone == 3)
            gone = try await prune(keep: 100, limit: 3)
            #expect(gone == 2)
            gone = try await prune(keep: 2, limit: 100)
            #expect(gone == 3)
            let oldest = try await world.database.read { try EventLog.oldestSequence($0) }
            #expect(oldest == last - 1)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `keeps its newest entry, behind which it goes on counting`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            var latest = try await world.database.read { try EventLog.latestSequence($0) }
            #expect(latest == 0)
            let last = try await world.note("tr_1", .transcriptionProgress)
            let gone = try await world.database.write { try EventLog.prune($0, before: world.now + .seconds(1), keep: 0) }
            #expect(gone == 0)
            latest = try await world.database.read { try EventLog.latestSequence($0) }
            #expect(latest == last)
            let oldest = try await world.database.read { try EventLog.oldestSequence($0) }
            #expect(oldest == last)
            #expect(try await world.note("tr_1", .transcriptionProgress) == last + 1)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `wakes its readers after the commit, once for a burst`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let notices = world.signals.events.subscribe()
            for _ in 1...3 { try await world.note("tr_1", .transcriptionProgress) }
            #expect(await notices.next() == EventNotice())
            notices.end()
            #expect(await notices.next() == nil)
            #expect(world.signals.events.subscriberCount == 0)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `keeps nothing of a transaction that failed`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let notices = world.signals.events.subscribe()
            let (owner, now) = (world.owner, world.now)
            await #expect(throws: WorldError.self) {
                try await world.database.write { connection in
                    try EventLog.append(
                        connection,
                        owner: owner,
                        subject: "tr_1",
                        type: .transcriptionCreated,
                        payload: "{}",
                        at: now
                    )
                    throw WorldError.noSuchJob
                }
            }
            notices.end()
            #expect(await notices.next() == nil)
            let latest = try await world.database.read { try EventLog.events($0, after: 0, limit: 10) }
            #expect(latest.isEmpty)
        }
    }
}

@Suite struct `A signal` {
    @Test func `calls who asked for it at once, and only while it is wanted`() async {
        let signal = Signal<JobNotice>()
        let heard = Mutex<[JobNotice]>([])
        await signal.calling({ notice in heard.withLock { $0.append(notice) } }) {
            signal.raise(.due)
            #expect(heard.withLock(\.self) == [.due])
            #expect(signal.subscriberCount == 1)
        }
        signal.raise(.due)
        #expect(heard.withLock(\.self) == [.due])
        #expect(signal.subscriberCount == 0)
    }

    @Test func `ends for a reader whose task is canceled`() async {
        let signal = Signal<JobNotice>()
        let subscription = signal.subscribe()
        let reader = Task { await subscription.next() }
        reader.cancel()
        #expect(await reader.value == nil)
        #expect(signal.subscriberCount == 0)
    }

    @Test func `is forgotten with its reader`() {
        let signal = Signal<JobNotice>()
        _ = signal.subscribe()
        #expect(signal.subscriberCount == 0)
    }

    @Test func `keeps different notices and drops equal ones`() async {
        let signal = Signal<JobNotice>()
        let subscription = signal.subscribe(limit: 2)
        let lease = Lease(job: TranscriptionID(trusted: "tr_1"), attempt: 1)
        for notice in [JobNotice.due, .due, .cancelRequested(lease), .deleted(lease)] { signal.raise(notice) }
        var heard: [JobNotice] = []
        subscription.end()
        for await notice in subscription { heard.append(notice) }
        #expect(heard == [.due, .cancelRequested(lease)], "Beyond the limit nothing is kept.")
    }
}

@Suite struct `A JSON string` {
    @Test func `survives any text`() {
        #expect(jsonString("a\"b\\c\n\r\t\u{1}é😀") == #""a\"b\\c\n\r\t\u0001é😀""#)
    }
}

extension JobStoreWorld {
    @discardableResult
    func note(_ subject: String, _ type: EventType, owner: UserID? = nil) async throws -> Int64 {
        let (owner, now) = (owner ?? self.owner, now)
        return try await database.write {
            try EventLog.append($0, owner: owner, subject: subject, type: type, payload: "{}", at: now)
        }
    }
}
