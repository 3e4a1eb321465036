import Foundation
import ScriberrQueue
import ScriberrStore
import Testing

@Suite(.timeLimit(.minutes(60)))
struct SimulationTests {
    @Test func `no seed breaks a rule`() async throws {
        let setting = SimulationSetting()
        let start = ContinuousClock.now
        let report = await simulate(setting.seeds)
        let seconds = (ContinuousClock.now - start).components.seconds
        print("Simulated \(setting.seeds.count) seeds, \(report.steps) steps, in \(seconds) s.")
        if setting.isVerbose {
            print(report.tally.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
        }
        for failure in report.failures.prefix(5) { Issue.record("\(failure)") }
        #expect(report.failures.isEmpty)
        if let failure = report.failures.first, setting.isVerbose { print(history(of: failure.seed, lines: 2_000)) }
    }

    @Test func `a seed always tells the same story`() async throws {
        for seed: UInt64 in [3, 17] {
            let traces = [try await story(of: seed, on: .sqlite), try await story(of: seed, on: .sqlite)]
            #expect(traces[0].digest == traces[1].digest)
            #expect(traces[0].lines.count > 100)
        }
    }
}

/// A world's whole story.
func story(of seed: UInt64, on database: SimulatedDatabase) async throws -> Trace {
    try await database.with {
        var world = try World(seed: seed, on: $0, traces: true)
        try world.run()
        return world.trace
    }
}

/// What to simulate: `SIMULATION_SEEDS` is how many, `SIMULATION_SEED` a single one, told in full.
struct SimulationSetting {
    var seeds: Range<UInt64> = 0..<200
    var isVerbose = false

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let count = environment["SIMULATION_SEEDS"].flatMap(UInt64.init) { seeds = 0..<count }
        if let seed = environment["SIMULATION_SEED"].flatMap(UInt64.init) {
            seeds = seed..<(seed + 1)
            isVerbose = true
        }
        if environment["SIMULATION_VERBOSE"] != nil { isVerbose = true }
    }
}

struct SimulationReport: Sendable {
    var steps = 0
    var tally: [String: Int] = [:]
    var failures: [Failure] = []

    struct Failure: Sendable, CustomStringConvertible {
        let seed: UInt64
        let violation: String
        var description: String { "Seed \(seed) broke a rule: \(violation). Replay: SIMULATION_SEED=\(seed) make simulate" }
    }
}

/// Lives through the worlds of all seeds, on two threads with a database each.
func simulate(
    _ seeds: Range<UInt64>,
    on database: SimulatedDatabase = .sqlite,
    mutant: Mutant? = nil,
    stopsAtFailure: Bool = false
) async -> SimulationReport {
    let lanes: UInt64 = mutant == nil ? 2 : 1
    return await withTaskGroup(of: SimulationReport.self) { group in
        for lane in 0..<lanes {
            group.addTask {
                do {
                    return try await database.with { opened in
                        var report = SimulationReport()
                        for seed in seeds where seed % lanes == lane {
                            simulate(seed, on: opened, mutant, into: &report)
                            if stopsAtFailure, !report.failures.isEmpty { break }
                        }
                        return report
                    }
                } catch {
                    var report = SimulationReport()
                    report.failures.append(.init(seed: seeds.lowerBound, violation: "no database can be made: \(error)"))
                    return report
                }
            }
        }
        var whole = SimulationReport()
        for await part in group {
            whole.steps += part.steps
            whole.tally.merge(part.tally, uniquingKeysWith: +)
            whole.failures += part.failures
        }
        whole.failures.sort { $0.seed < $1.seed }
        return whole
    }
}

private func simulate(_ seed: UInt64, on database: any InlineDatabase, _ mutant: Mutant?, into report: inout SimulationReport) {
    do {
        var world = try World(seed: seed, on: database, mutant: mutant)
        defer {
            report.steps += world.steps
            report.tally.merge(world.tally.counts, uniquingKeysWith: +)
        }
        try world.run()
    } catch {
        report.failures.append(.init(seed: seed, violation: "\(error)"))
    }
}

/// The last lines of a seed's story.
func history(of seed: UInt64, mutant: Mutant? = nil, lines: Int = 120) -> String {
    do {
        var world = try World(seed: seed, on: InlineSQLiteDatabase(), mutant: mutant, traces: true)
        var ending = "It ended well."
        do { try world.run() } catch { ending = "\(error)" }
        return (world.trace.lines.suffix(lines) + [ending]).joined(separator: "\n")
    } catch {
        return "\(error)"
    }
}
