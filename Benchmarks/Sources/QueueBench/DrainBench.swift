import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// How many waiting jobs a second `workers` of one process get through when the work itself is nothing.
func measureDrain(_ order: Order) async throws {
    let (workers, jobs) = (order.number("workers", 1), order.number("jobs", 4_000))
    let bench = try await BenchStore(order, file: "drain")
    try await bench.database.write { connection in
        for number in 0..<jobs { try JobSQL.enqueue(connection, bench.newJob(number), blobKey: "blob") }
    }
    let handler = NotingHandler()
    try await withWorkers(QueueConfiguration(workers: workers), bench.database, handler) {
        await handler.started(jobs)
    }
    let (span, shared) = (handler.span, bench.database.commitStatistics)
    await bench.close()
    report(
        "drain",
        [("workers", "\(workers)")],
        [("per_s", Double(span.count - 1) / span.seconds), ("writes_per_commit", Double(shared.writes) / Double(shared.commits))]
    )
}
