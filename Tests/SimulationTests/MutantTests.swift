import Testing

@Suite(.timeLimit(.minutes(60)))
struct MutantTests {
    @Test(arguments: allMutants) func `a broken rule is noticed`(mutant: Mutant) async {
        let report = await simulate(0..<UInt64(mutant.seeds), mutant: mutant, stopsAtFailure: true)
        if let failure = report.failures.first {
            print("Mutant “\(mutant.name)” dies at seed \(failure.seed): \(failure.violation.prefix(160))")
        } else {
            Issue.record("The mutant “\(mutant.name)” outlived \(mutant.seeds) seeds.")
        }
    }
}

extension Mutant: CustomTestStringConvertible {
    var testDescription: String { name }
}
