import Foundation
import ScriberrCore
import Synchronization

/// Lets calls that arrive while others are on their way to PostgreSQL share the next transaction.
///
/// What has come by the time a session is free goes at once, except that where several shared the last transaction the next
/// one looks out for a moment for all who may come (``PostgresCrowd``): who was answered together comes again together, a little
/// one after the other, and a statement for many costs little more than one for few. Who is alone never waits. When a
/// transaction fails, each of its calls goes alone, so that a bad one takes no other with it.
final class PostgresRounds<Call: Sendable, Answer: Sendable>: Sendable {
    /// How calls share.
    struct Rules: Sendable {
        /// How many transactions are on their way at once at most.
        var roundsMax = 2
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
        /// Of those, how many have not taken their calls yet.
        var starting = 0
        /// With how many waiting calls the transaction that looks out for more is content.
        var expected: Int?
        /// How many shared one of the last transactions.
        var lately = 1
    }

    /// Those of one round, taken when its session is there. Taken once, however often the transaction is tried.
    private final class Round: Sendable {
        let members = Mutex([Waiting]?.none)
    }

    /// How long a transaction looks out for others at most.
    private static var lookout: DispatchTimeInterval { .microseconds(400) }
    private let database: PostgresDatabase
    private let crowd: PostgresCrowd
    private let rules: Rules
    private let state = Mutex(State())
    /// Rung when all have come for whom a transaction looks out.
    private let bell = DispatchSemaphore(value: 0)

    init(_ database: PostgresDatabase, _ crowd: PostgresCrowd, _ rules: Rules) {
        (self.database, self.crowd, self.rules) = (database, crowd, rules)
    }

    func answer(_ call: Call) async throws -> Answer {
        crowd.enter()
        defer { crowd.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            let (mustStart, mustRing) = state.withLock { state in
                state.waiting.append(Waiting(call: call, tell: continuation))
                guard let expected = state.expected else { return (begins(&state), false) }
                if state.waiting.count >= expected { state.expected = nil }
                return (false, state.expected == nil)
            }
            if mustRing { bell.signal() }
            if mustStart { start() }
        }
    }

    private var share: Int { min(crowd.share, rules.callsMax) }

    /// Whether one more transaction begins. While one is on its way it must be worth it: few would cost as much as many.
    private func begins(_ state: inout State) -> Bool {
        let needed = state.rounds == 0 ? 1 : share * (state.starting + 1)
        guard state.waiting.count >= needed, state.rounds < rules.roundsMax else { return false }
        state.rounds += 1
        state.starting += 1
        return true
    }

    /// The round ends on the session's thread, which begins the next one if somebody waits.
    private func start() {
        let round = Round()
        database.submit(
            { connection in
                let members = self.members(of: round)
                let answers = members.isEmpty ? [] : try self.rules.together(connection, members.map(\.call))
                return {
                    self.crowd.land(members.count)
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
            state.rounds -= 1
            return begins(&state)
        }
        if hasMore { start() }
    }

    private func members(of round: Round) -> [Waiting] {
        if let members = round.members.withLock({ $0 }) { return members }
        lookOut()
        let taken = take()
        round.members.withLock { $0 = taken }
        // There may be enough for another one.
        if state.withLock({ begins(&$0) }) { start() }
        return taken
    }

    private func lookOut() {
        let isEarly = state.withLock { state in
            let expected = min(crowd.expected(lately: state.lately), share)
            guard state.lately > 1, state.waiting.count < expected, state.expected == nil else { return false }
            state.expected = expected
            return true
        }
        guard isEarly, bell.wait(timeout: .now() + Self.lookout) == .timedOut else { return }
        let wasRung = state.withLock { state in
            defer { state.expected = nil }
            return state.expected == nil
        }
        if wasRung { bell.wait() } else { crowd.missed() }
    }

    private func take() -> [Waiting] {
        state.withLock { state in
            var calls: [Call] = []
            for waiting in state.waiting.prefix(share) {
                guard calls.isEmpty || rules.goesWith(waiting.call, calls) else { break }
                calls.append(waiting.call)
            }
            defer { state.waiting.removeFirst(calls.count) }
            state.starting -= 1
            crowd.fly(calls.count)
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
        crowd.land(members.count)
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
