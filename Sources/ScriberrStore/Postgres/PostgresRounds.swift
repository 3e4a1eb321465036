import Foundation
import ScriberrCore
import Synchronization

/// Lets calls that arrive while others are on their way to PostgreSQL share the next transaction.
///
/// What has come by the time a session is free goes at once, except that where several shared the last transaction the next
/// one looks out for a moment for as many: who was answered together comes again together, a little one after the other. Who is
/// alone never waits. When a transaction fails, each of its calls goes alone, so that a bad one takes no other with it.
final class PostgresRounds<Call: Sendable, Answer: Sendable>: Sendable {
    /// How calls share.
    struct Rules: Sendable {
        /// How many transactions are on their way at once at most.
        var roundsMax = 4
        /// How many calls share a transaction at most.
        var callsMax = 64
        /// Whether a call may share the transaction of those.
        var goesWith: @Sendable (Call, [Call]) -> Bool
        /// Does them in one transaction. Answers what became of each; nil for one that has to go alone, of which nothing was written.
        var together: @Sendable (PostgresConnection, [Call]) throws -> [Answer?]
        /// Does one, in whatever way it takes.
        var alone: @Sendable (Call) async throws -> Answer
    }

    private struct Waiting: Sendable {
        let call: Call
        let tell: CheckedContinuation<Answer, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var rounds = 0
        /// How many shared one of the last transactions.
        var lately = 1
    }

    /// Those of one round, taken when its session is there. Taken once, however often the transaction is tried.
    private final class Round: Sendable {
        let members = Mutex([Waiting]?.none)
    }

    /// How many wait before one more transaction is worth it while another is on its way.
    private static var manyCalls: Int { 16 }
    /// How long a transaction looks out for others, in microseconds.
    private static var lookout: UInt32 { 100 }
    private let database: PostgresDatabase
    private let rules: Rules
    private let state = Mutex(State())

    init(_ database: PostgresDatabase, _ rules: Rules) { (self.database, self.rules) = (database, rules) }

    func answer(_ call: Call) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let mustStart = state.withLock { state in
                state.waiting.append(Waiting(call: call, tell: continuation))
                // Few would cost as much as many.
                guard state.rounds < min(rules.roundsMax, 1 + state.waiting.count / Self.manyCalls) else { return false }
                state.rounds += 1
                return true
            }
            if mustStart { start() }
        }
    }

    /// The round ends on the session's thread, which begins the next one if somebody waits.
    private func start() {
        let round = Round()
        database.submit(
            { connection in
                let members = self.members(of: round)
                let answers = members.isEmpty ? [] : try self.rules.together(connection, members.map(\.call))
                return {
                    for (member, answer) in zip(members, answers) { self.settle(member, answer) }
                    self.goOn()
                }
            },
            fail: { error in
                self.failed(round, error)
                self.goOn()
            }
        )
    }

    private func goOn() {
        let hasMore = state.withLock { state in
            if state.waiting.isEmpty { state.rounds -= 1 }
            return !state.waiting.isEmpty
        }
        if hasMore { start() }
    }

    private func members(of round: Round) -> [Waiting] {
        if let members = round.members.withLock({ $0 }) { return members }
        lookOut()
        let taken = take()
        round.members.withLock { $0 = taken }
        return taken
    }

    private func lookOut() {
        let isEarly = state.withLock { $0.waiting.count < min($0.lately, rules.callsMax) }
        if isEarly { usleep(Self.lookout) }
    }

    private func take() -> [Waiting] {
        state.withLock { state in
            var calls: [Call] = []
            for waiting in state.waiting.prefix(rules.callsMax) {
                guard calls.isEmpty || rules.goesWith(waiting.call, calls) else { break }
                calls.append(waiting.call)
            }
            defer { state.waiting.removeFirst(calls.count) }
            state.lately = max(1, calls.count, state.lately - 1)
            return Array(state.waiting.prefix(calls.count))
        }
    }

    private func settle(_ member: Waiting, _ answer: Answer?) {
        if let answer { return member.tell.resume(returning: answer) }
        // Ends with its answer.
        Task { await goAlone(member) }
    }

    private func failed(_ round: Round, _ error: any Error) {
        // Without members the session never came; those who still wait hear of it.
        let members = round.members.withLock { $0 } ?? take()
        // Whether the change is there is not known when the session ended with the commit: each asks for itself.
        if (error as? ScriberrError)?.disposition == .transient {
            for member in members { member.tell.resume(throwing: error) }
        } else {
            // Ends with the last answer.
            Task { for member in members { await goAlone(member) } }
        }
    }

    private func goAlone(_ member: Waiting) async {
        do {
            member.tell.resume(returning: try await rules.alone(member.call))
        } catch {
            member.tell.resume(throwing: error)
        }
    }
}
