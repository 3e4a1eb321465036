import ScriberrCore
import ScriberrStore

/// How many jobs a second are accepted, each durable before its caller goes on. `callers` do so at once; `group=1` gives each
/// job a commit of its own.
func measureEnqueue(_ order: Order) async throws {
    let (callers, groupMax) = (order.number("callers", 1), order.number("group", 256))
    let bench = try await BenchStore(order, file: "enqueue", groupMax: groupMax)
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + order.seconds("seconds", 2)
    let waits = try await withThrowingTaskGroup(of: Durations.self) { group in
        for caller in 0..<callers {
            group.addTask {
                var waits = Durations()
                while clock.now < end {
                    let job = bench.newJob(caller &+ waits.count)
                    waits.add(try await clock.measure { try await bench.enqueue(job) })
                }
                return waits
            }
        }
        return try await group.reduce(into: Durations()) { $0.add($1) }
    }
    let seconds = (clock.now - start).inSeconds
    let shared = bench.database.commitStatistics
    await bench.close()
    report(
        "enqueue",
        [("callers", "\(callers)"), ("group", groupMax == 1 ? "no" : "yes")],
        [("per_s", Double(waits.count) / seconds)] + waits.figures("enqueue")
            + [("writes_per_commit", Double(shared.writes) / Double(shared.commits))]
    )
}
