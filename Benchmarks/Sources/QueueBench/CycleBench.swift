import ScriberrCore
import ScriberrStore

/// One caller takes each job through its life before the next: enqueue, claim and complete, three durable commits.
func measureCycle(_ order: Order) async throws {
    let bench = try await BenchStore(order, file: "cycle")
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + order.seconds("seconds", 2)
    var (enqueues, claims, completions) = (Durations(), Durations(), Durations())
    while clock.now < end {
        let job = bench.newJob(enqueues.count)
        enqueues.add(try await clock.measure { try await bench.enqueue(job) })
        let claimedAt = clock.now
        guard let lease = try await bench.store.claim(bench.request()).jobs.first?.lease else {
            throw BenchError(description: "A job that was put in could not be claimed.")
        }
        claims.add(clock.now - claimedAt)
        completions.add(
            try await clock.measure {
                guard try await bench.store.complete(lease, emptyResult, at: .now) == .applied else {
                    throw BenchError(description: "A completion was refused.")
                }
            }
        )
    }
    let seconds = (clock.now - start).inSeconds
    await bench.close()
    report(
        "cycle",
        [],
        [("per_s", Double(enqueues.count) / seconds)] + enqueues.figures("enqueue") + claims.figures("claim")
            + completions.figures("complete")
    )
}
