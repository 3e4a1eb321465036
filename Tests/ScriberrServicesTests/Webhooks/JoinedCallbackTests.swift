import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrServices

@Suite struct JoinedCallbackTests {
    private let url = "https://example.org/callback"

    @Test func `a job that is joined does not end before its new callback is there`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let file = try await world.file(ann)
            let job = try await world.services.transcriptions.create(ann, fileID: file.id.text, NewTranscription())
            let claimed = try #require(try await world.claim())
            let (url, now) = (url, world.clock.now())
            let ending = Ending()
            let courier = Task { await world.services.courier.run() }
            try await world.database.write { db in
                let joining = NewJob(file: file, options: job.options, maxAttempts: job.maxAttempts, joinsRunning: true)
                #expect(try joining.enqueue(db, at: now).id == job.id)
                // The worse moment there is: the job ends now.
                ending.begin { try await world.complete(claimed, "hello") }
                // SQLite writes one after the other in any case.
                if db.dialect == .postgres {
                    while try !ending.isOver && !isWaitedFor(db) {}
                }
                let secrets = SecretBox(serverSecret: Array("the secret of a test".utf8))
                try JobCallback(url: url).subscribe(db, to: job, secrets, at: now)
            }
            try await ending.wait()
            #expect(await eventually { world.receiver.requests(to: url).count == 1 })
            #expect(world.receiver.requests.first?.body.contains("transcription.completed") == true)
            courier.cancel()
            await courier.value
        }
    }

    /// Whether another session waits for what this transaction holds.
    private func isWaitedFor(_ db: any SQLConnection) throws -> Bool {
        let sql = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        return try db.query(sql, []).first?.int("n") ?? 0 > 0
    }
}

/// Work that is begun in the middle of a transaction.
private final class Ending: Sendable {
    private let task = Mutex<Task<Void, any Error>?>(nil)
    private let over = Atomic(false)

    var isOver: Bool { over.load(ordering: .acquiring) }

    func begin(_ work: @escaping @Sendable () async throws -> Void) {
        let begun = Task {
            defer { over.store(true, ordering: .releasing) }
            try await work()
        }
        task.withLock { $0 = begun }
    }

    func wait() async throws { try await task.withLock { $0 }?.value }
}
