import Foundation
import ScriberrTestSupport
import Testing

/// The same worlds with the real statements on a real PostgreSQL.
///
/// `SIMULATION_POSTGRES_SEEDS` is how many (30 in the normal run).
@Suite(.serialized, .enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"), .timeLimit(.minutes(60)))
struct PostgresWorldTests {
    @Test func `no seed breaks a rule on PostgreSQL`() async {
        let count = ProcessInfo.processInfo.environment["SIMULATION_POSTGRES_SEEDS"].flatMap(UInt64.init) ?? 30
        let start = ContinuousClock.now
        let report = await simulate(0..<count, on: .postgres)
        let seconds = (ContinuousClock.now - start).components.seconds
        print("Simulated \(count) seeds on PostgreSQL, \(report.steps) steps, in \(seconds) s.")
        for failure in report.failures.prefix(5) { Issue.record("On PostgreSQL: \(failure)") }
        #expect(report.failures.isEmpty)
    }

    @Test(arguments: [3, 17] as [UInt64])
    func `a seed tells the same story on both databases`(seed: UInt64) async throws {
        let (here, there) = (try await story(of: seed, on: .sqlite), try await story(of: seed, on: .postgres))
        let differing = zip(here.lines, there.lines).first { $0 != $1 }
        #expect(differing == nil, "\(String(describing: differing))")
        #expect(here.digest == there.digest)
    }

    /// The statements of the two databases differ where rows are claimed, renewed and taken back.
    @Test(
        arguments: [
            "complete is not fenced by the attempt", "checkpoint is not fenced by the attempt", "recovery charges a failure",
            "the last in line goes first", "complete forgets the event", "release forgets the execution",
            "complete keeps the checkpoints", "a cancel is not remembered",
        ]
    )
    func `a broken rule is noticed on PostgreSQL too`(name: String) async throws {
        let mutant = try #require(allMutants.first { $0.name == name })
        let report = await simulate(0..<UInt64(mutant.seeds), on: .postgres, mutant: mutant, stopsAtFailure: true)
        let failure = try #require(report.failures.first, "The mutant “\(name)” outlived \(mutant.seeds) seeds.")
        print("Mutant “\(name)” dies on PostgreSQL at seed \(failure.seed): \(failure.violation.prefix(160))")
    }
}
