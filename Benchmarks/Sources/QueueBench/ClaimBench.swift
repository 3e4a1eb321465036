import ScriberrCore
import ScriberrStore

/// What a claim costs in files of different sizes: `files=NAME,NAME…`, each `NAME` or `NAME:POLICY`; the first is what the others
/// are compared to.
///
/// All files are open at once and take turns of `claims` claims, the order moved on with each of `turns`, so that whatever slows the
/// machine down meets all of them. A ratio is the median of the turns' ratios. In each, a job is put in, one is claimed and one is
/// completed, so that the backlog stays as it is. `claim` is the work within the transaction, `durable` the whole call with its commit.
func measureClaims(_ order: Order) async throws {
    var files: [ClaimFile] = []
    for name in order.text("files", "claim").split(separator: ",") { files.append(try await ClaimFile(order, String(name))) }
    let (turns, claims) = (order.number("turns", 24), order.number("claims", 50))
    // What is read once and kept is no part of a claim's cost.
    for index in files.indices { _ = try await files[index].takeTurn(claims) }
    for turn in 0..<turns {
        for place in files.indices {
            let index = (place + turn) % files.count
            files[index].turns.append(try await files[index].takeTurn(claims))
        }
    }
    for file in files {
        await file.bench.close()
        report("claim", [("db", file.name), ("policy", file.policy.rawValue)], file.figures(besides: files[0]))
    }
}

private struct ClaimFile {
    let bench: BenchStore
    let name: String
    let policy: SchedulingPolicy
    var turns: [Turn] = []

    struct Turn {
        var inside = Durations()
        var durable = Durations()
    }

    init(_ order: Order, _ word: String) async throws {
        let parts = word.split(separator: ":").map(String.init)
        name = parts[0]
        policy = parts.count > 1 ? SchedulingPolicy(rawValue: parts[1]) ?? .fifo : .fifo
        bench = try await BenchStore(order, file: name, owners: order.number("owners.\(name)", 200))
    }

    func takeTurn(_ claims: Int) async throws -> Turn {
        let clock = ContinuousClock()
        var turn = Turn()
        for number in 0..<claims {
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
            turn.durable.add(clock.now - asked)
            turn.inside.add(took)
            guard let claimed else { throw BenchError(description: "Nothing could be claimed in \(name).") }
            _ = try await bench.store.complete(claimed.lease, emptyResult, at: .now)
        }
        return turn
    }

    func figures(besides base: ClaimFile) -> [(String, Double)] {
        let inside = turns.reduce(into: Durations()) { $0.add($1.inside) }
        let durable = turns.reduce(into: Durations()) { $0.add($1.durable) }
        let ratios = zip(turns, base.turns).map { $0.inside.microseconds(at: 0.5) / $1.inside.microseconds(at: 0.5) }
        return inside.figures("claim") + durable.figures("durable") + [("claim_ratio", median(ratios))]
    }
}

private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
