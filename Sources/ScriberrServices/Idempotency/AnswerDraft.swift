import ScriberrCore
import ScriberrStore
import Synchronization

/// The answer about what a request under an idempotency key makes, kept by the very commit that makes it: neither is ever there
/// without the other, whenever the server dies.
package struct AnswerDraft<Made>: Sendable {
    private let reservation: IdempotencyReservation
    private let expiry: Timestamp
    private let describe: @Sendable (Made) -> StoredAnswer?

    init(
        _ reservation: IdempotencyReservation,
        until expiry: Timestamp,
        _ describe: @escaping @Sendable (Made) -> StoredAnswer?
    ) {
        self.reservation = reservation
        self.expiry = expiry
        self.describe = describe
    }

    /// Keeps the answer about `made`, in the transaction that makes it. Throws ``IdempotencyOvertaken`` when the key is no longer
    /// this run's, so that nothing is made twice.
    func keep(_ db: any SQLConnection, _ made: Made) throws {
        guard let answer = describe(made) else { return }
        guard try reservation.keep(db, answer, until: expiry) else { throw IdempotencyOvertaken() }
        reservation.isAnswered.store(true, ordering: .releasing)
    }
}

/// A run was taken for dead and another has its key: what it was about to make must not be made.
package struct IdempotencyOvertaken: Error {}

extension Database {
    /// As `write`; with a draft the answer about what is made is kept by the same commit.
    func write<Made: Sendable>(
        answering draft: AnswerDraft<Made>?,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Made
    ) async throws -> Made {
        try await write { db in
            let made = try body(db)
            try draft?.keep(db, made)
            return made
        }
    }
}
