import ScriberrCore
import ScriberrStore

/// What a claim costs in the file `db`: one job is put in, one is claimed, one is completed, so that the backlog stays as
/// it is. `claim` is the work within the transaction, `durable` the whole call with its commit.
func measureClaim(_ order: Order) async throws {
    let name = order.text("db", "claim")
    let policy = SchedulingPolicy(rawValue: order.text("policy", "fifo")) ?? .fifo
    let bench = try await BenchStore(order, file: name, owners: order.number("owners", 200))
    let clock = ContinuousClock()
    var (inside, durable) = (Durations(), Durations())
    for number in 0..<order.number("claims", 400) {
        // Under FIFO the first in line is another job than the one put in; both are the first owner's, so that no other
        // owner is left with waiting jobs.
        try await bench.enqueue(bench.newJob(number, owner: policy == .fifo ? bench.owners[0] : nil))
        let request = bench.request(policy)
        let asked = clock.now
        let (took, claimed) = try await bench.database.write { connection in
            let start = clock.now
            let jobs = try JobSQL.claim(connection, request).jobs
            return (clock.now - start, jobs.first)
        }
        durable.add(clock.now - asked)
        inside.add(took)
        guard let claimed else { throw BenchError(description: "Nothing could be claimed in \(name).") }
        _ = try await bench.store.complete(claimed.lease, emptyResult, at: .now)
    }
    await bench.close()
    report("claim", [("db", name), ("policy", policy.rawValue)], inside.figures("claim") + durable.figures("durable"))
}
