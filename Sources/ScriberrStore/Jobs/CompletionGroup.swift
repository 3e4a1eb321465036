import ScriberrCore
import Synchronization

/// Lets completions that arrive while others are on their way to PostgreSQL share the next statement and its commit.
///
/// Nobody waits for a timer: what has come by the time a session is free goes at once. When a statement fails, each of its
/// completions goes alone, so that a bad one takes no other with it.
final class CompletionGroup: Sendable {
    private struct Waiting: Sendable {
        let completion: Completion
        let tell: CheckedContinuation<Fenced, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var rounds = 0
        var speedNotedAt: ContinuousClock.Instant?
    }

    /// Those of one round, taken when its session is there. Taken once, however often the transaction is tried.
    private final class Round: Sendable {
        let members = Mutex([Waiting]?.none)
    }

    private let database: any Database
    private let state = Mutex(State())
    /// How many rounds are on their way at once: as many as a pool has sessions. With fewer, completions wait for a busy disk twice.
    private static let roundsMax = 8
    /// How many completions share a statement at most.
    private static let countMax = 64
    /// The speed is a running average, which can do without most samples of jobs that take no time.
    private static let speedInterval = Duration.milliseconds(200)

    init(database: any Database) { self.database = database }

    func complete(_ completion: Completion) async throws -> Fenced {
        try await withCheckedThrowingContinuation { continuation in
            let mustStart = state.withLock { state in
                state.waiting.append(Waiting(completion: completion, tell: continuation))
                guard state.rounds < Self.roundsMax else { return false }
                state.rounds += 1
                return true
            }
            // Ends when nobody waits any more.
            if mustStart { Task { await work() } }
        }
    }

    private func work() async {
        while hasMore() {
            let round = Round()
            do {
                let fates: [Fenced?] = try await database.write { connection in
                    let members = self.members(of: round)
                    guard !members.isEmpty else { return [] }
                    return try JobSQL.completeWhole(connection, members.map(\.completion), notesSpeed: self.speedIsDue())
                }
                let members = round.members.withLock { $0 ?? [] }
                for (member, fate) in zip(members, fates) { settle(member, fate) }
            } catch {
                await failed(round, error)
            }
        }
    }

    private func hasMore() -> Bool {
        state.withLock { state in
            if state.waiting.isEmpty { state.rounds -= 1 }
            return !state.waiting.isEmpty
        }
    }

    private func speedIsDue() -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.speedNotedAt, now - last < Self.speedInterval { return false }
            state.speedNotedAt = now
            return true
        }
    }

    private func members(of round: Round) -> [Waiting] {
        round.members.withLock { members in
            if let members { return members }
            let taken = take()
            members = taken
            return taken
        }
    }

    private func take() -> [Waiting] {
        state.withLock { state in
            var taken: [Waiting] = []
            var leases: Set<Lease> = []
            // One lease twice would be answered once.
            while let next = state.waiting.first, taken.count < Self.countMax, leases.insert(next.completion.lease).inserted {
                taken.append(state.waiting.removeFirst())
            }
            return taken
        }
    }

    private func settle(_ member: Waiting, _ fate: Fenced?) {
        if let fate { return member.tell.resume(returning: fate) }
        // Ends with its answer.
        Task { await goAlone(member) }
    }

    private func failed(_ round: Round, _ error: any Error) async {
        // Without members the session never came; those who still wait hear of it.
        let members = round.members.withLock { $0 } ?? take()
        // Whether the change is there is not known when the session ended with the commit: each asks for itself.
        if (error as? ScriberrError)?.disposition == .transient {
            for member in members { member.tell.resume(throwing: error) }
        } else {
            for member in members { await goAlone(member) }
        }
    }

    private func goAlone(_ member: Waiting) async {
        let each = member.completion
        do {
            let fate = try await database.write { try JobSQL.complete($0, each.lease, each.result, at: each.at) }
            member.tell.resume(returning: fate)
        } catch {
            member.tell.resume(throwing: error)
        }
    }
}
