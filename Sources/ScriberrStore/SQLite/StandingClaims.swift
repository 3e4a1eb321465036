import ScriberrCore
import Synchronization

/// The claims that processes left with a database for the job that comes next.
final class StandingClaims: Sendable {
    private let claims = Mutex<[Entry]>([])

    private struct Entry {
        weak var claim: (any StandingClaim)?
    }

    func keep(_ claim: any StandingClaim) {
        claims.withLock { claims in
            claims.removeAll { $0.claim == nil }
            claims.append(Entry(claim: claim))
        }
    }

    /// Those whose owner still lives.
    var all: [any StandingClaim] { claims.withLock { $0.compactMap(\.claim) } }
}

/// A claim that was made within somebody else's transaction, of which it is not known yet whether it will be durable.
struct JoinedClaim: Sendable {
    let answer: @Sendable (Result<ClaimAnswer, any Error>) -> Void
    let result: Result<ClaimAnswer, any Error>

    /// The transaction is durable.
    func settle() { answer(result) }

    /// The transaction failed: nothing was given away.
    func fail(_ error: any Error) { answer(.failure(error)) }
}

extension [JoinedClaim] {
    /// The same after the transaction was undone, with the failure that did it.
    func undone() -> [JoinedClaim] {
        guard case .failure(let error)? = last?.result else { return self }
        return map { JoinedClaim(answer: $0.answer, result: .failure(error)) }
    }
}

extension SQLiteConnection {
    /// Makes the claims that stand, if the transaction brings work. Those that fail change nothing, unless the failure undid the whole
    /// transaction (``lostTransaction``).
    func join(_ standing: StandingClaims) -> [JoinedClaim] {
        guard bringsWork else { return [] }
        var joined: [JoinedClaim] = []
        for claim in standing.all where !lostTransaction {
            guard let taken = claim.take() else { continue }
            let result = Result { try inSavepoint { try JobSQL.claim($0, taken.request) } }
            joined.append(JoinedClaim(answer: taken.answer, result: result))
        }
        return joined
    }
}
