import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// How long a process that was killed takes from its next start until the job that it ran goes on: the file is opened, its
/// tables are checked, the job is taken back and started anew.
func measureStart(_ order: Order) async throws {
    let name = order.text("db", "claim")
    let killed = try await BenchStore(order, file: name)
    let abandoned = killed.newJob(0, priority: 1_000)
    try await killed.enqueue(abandoned)
    guard try await killed.store.claim(killed.request()).jobs.first?.lease.job == abandoned.id else {
        throw BenchError(description: "The job that is to be taken back could not be claimed.")
    }
    await killed.close()

    let begin = ContinuousClock.now
    let database = try SQLiteDatabase(path: "\(order.folder)/\(name).db")
    let opened = ContinuousClock.now
    let handler = NotingHandler()
    try await withWorkers(QueueConfiguration(), database, handler) {
        try await handler.waits { $0.start(of: abandoned.id) != nil }
    }
    guard let resumed = handler.start(of: abandoned.id) else { return }
    await database.close()
    report(
        "start",
        [("db", name)],
        [("open_ms", (opened - begin).inSeconds * 1_000), ("ready_ms", (resumed - begin).inSeconds * 1_000)]
    )
}
