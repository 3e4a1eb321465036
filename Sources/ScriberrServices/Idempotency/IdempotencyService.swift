import Crypto
import Foundation
package import ScriberrCore
package import ScriberrStore
import Synchronization

/// What is to be done with a request that carries a key.
package enum IdempotencyDecision: Sendable {
    /// Run it, then complete or abandon the reservation.
    case proceed(IdempotencyReservation)
    /// Answer this again.
    case replay(StoredAnswer)
    /// The key was used with another request: `IDEMPOTENCY_CONFLICT`.
    case conflict
}

/// The right to run a request under a key. Ends by ``IdempotencyService/complete(_:_:)`` or
/// ``IdempotencyService/abandon(_:)``.
package final class IdempotencyReservation: Sendable {
    let owner: UserID
    let scope: String
    let token: String
    let seal: AnswerSeal
    /// Whether a draft has kept the answer, in a transaction that may still fail.
    let isAnswered = Atomic(false)

    init(owner: UserID, scope: String, token: String, seal: AnswerSeal) {
        self.owner = owner
        self.scope = scope
        self.token = token
        self.seal = seal
    }

    /// Keeps the answer; false when the key is no longer this run's.
    func keep(_ db: any SQLConnection, _ answer: StoredAnswer, until expiry: Timestamp) throws -> Bool {
        let sealed = try seal.close(answer.sharedOnly)
        return try IdempotencySQL.complete(db, owner: owner, scope: scope, token: token, answer: sealed, until: expiry)
    }
}

/// Requests that are sent again under the same key run once. Durable; answers are kept for a while.
///
/// Neither the key nor the answer lies open in the database: an answer may hold a secret that is shown only once, and can be
/// read only by whoever sends the same request under the same key again.
package struct IdempotencyService: Sendable {
    private let database: any Database
    private let clock: any WallClock
    private let bells = Doorbells()
    private let answerLifetime: Duration
    private let extensionInterval: Duration
    /// After this long a run that was not extended is taken for dead.
    private static let runLifetime = Duration.seconds(30)
    /// How often the database is asked about a run in another process.
    private static let pollInterval = Duration.milliseconds(250)
    private static let keyBytesMax = 128

    /// A run tells every `extensionInterval` that it lasts.
    package init(
        database: any Database,
        clock: any WallClock,
        answerLifetime: Duration = .seconds(86_400),
        extensionInterval: Duration = .seconds(8)
    ) {
        self.answerLifetime = answerLifetime
        self.extensionInterval = extensionInterval
        self.database = database
        self.clock = clock
    }

    /// Throws `VALIDATION_ERROR` with field `Idempotency-Key` unless the key is 1 to 128 of `[A-Za-z0-9._:-]`.
    package static func check(key: String) throws {
        let isWellFormed = (1...keyBytesMax).contains(key.utf8.count) && key.unicodeScalars.allSatisfy(allowed.contains)
        guard isWellFormed else {
            throw ScriberrError(
                .validation,
                "An idempotency key has 1 to \(keyBytesMax) characters of A-Z, a-z, 0-9 and . _ : -",
                field: "Idempotency-Key"
            )
        }
    }

    /// SHA-256 over the parts, each with its length, as hexadecimal digits. For JSON: content type and body. For a form: each
    /// field's name and value and the file's name and content hash, never the boundary.
    package static func fingerprint(_ parts: [[UInt8]]) -> String {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return hexadecimal(hash.finalize())
    }

    /// Reserves the key, or waits while another request with the same key runs. Waiting ends with the caller's task, and when
    /// `isWanted` says no: with a `CancellationError` either way.
    package func begin(
        owner: UserID,
        method: String,
        path: String,
        key: String,
        fingerprint: String,
        isWanted: @Sendable () -> Bool = { true }
    ) async throws -> IdempotencyDecision {
        try Self.check(key: key)
        let scope = Self.fingerprint([Array(method.utf8), Array(path.utf8), Array(key.utf8)])
        let seal = AnswerSeal(key: key, scope: scope, fingerprint: fingerprint)
        let reservation = IdempotencyReservation(owner: owner, scope: scope, token: RandomText.secret(""), seal: seal)
        while true {
            let bell = bells.listen("\(owner)/\(scope)")
            if let decision = try await decide(reservation) { return decision }
            try Task.checkCancellation()
            guard isWanted() else { throw CancellationError() }
            await bell.wait(atMost: Self.pollInterval)
        }
    }

    /// Runs a request under its reservation and keeps others from taking it for dead, however long it lasts.
    package func holding<Value>(
        _ reservation: IdempotencyReservation,
        _ run: () async throws -> Value
    ) async throws -> Value {
        let keeper = Task { await extend(reservation) }
        defer { keeper.cancel() }
        return try await run()
    }

    /// The answer about what the run makes, for the transaction that makes it. `describe` answers nil for what is not kept.
    package func draft<Made>(
        _ reservation: IdempotencyReservation,
        _ describe: @escaping @Sendable (Made) -> StoredAnswer?
    ) -> AnswerDraft<Made> {
        AnswerDraft(reservation, until: clock.now() + answerLifetime, describe)
    }

    /// Lets those who wait have the answer of a request that succeeded; keeps it first unless a draft did.
    package func complete(_ reservation: IdempotencyReservation, _ answer: StoredAnswer) async throws {
        defer { ring(reservation) }
        guard !reservation.isAnswered.load(ordering: .acquiring) else { return }
        let expiry = clock.now() + answerLifetime
        _ = try await database.write { try reservation.keep($0, answer, until: expiry) }
    }

    /// Forgets the key: the request failed. One of those who wait runs next. Never throws; a lost reservation expires. An answer
    /// that is there stays: then what it speaks of is there too, whatever the run was told.
    package func abandon(_ reservation: IdempotencyReservation) async {
        defer { ring(reservation) }
        do {
            try await database.write { db in
                try IdempotencySQL.release(
                    db,
                    owner: reservation.owner,
                    scope: reservation.scope,
                    token: reservation.token
                )
            }
        } catch {
            // The reservation expires by itself.
        }
    }

    /// Lets go what runs of an earlier server held when it died. Only for a server that is alone at its database, before its
    /// first request.
    package func takeOver() async throws { try await database.write { try IdempotencySQL.releaseUnanswered($0) } }

    /// Forgets answers whose time is over, at most a thousand. Answers how many went.
    package func purge() async throws -> Int {
        let now = clock.now()
        return try await database.write { try IdempotencySQL.purge($0, at: now, limit: 1_000) }
    }

    /// Nil while another run holds the key.
    private func decide(_ reservation: IdempotencyReservation) async throws -> IdempotencyDecision? {
        let now = clock.now()
        return try await database.write { db in
            let isOurs = try IdempotencySQL.reserve(
                db,
                owner: reservation.owner,
                scope: reservation.scope,
                token: reservation.token,
                fingerprint: reservation.seal.check,
                until: now + Self.runLifetime,
                at: now
            )
            if isOurs { return .proceed(reservation) }
            guard let entry = try IdempotencySQL.get(db, owner: reservation.owner, scope: reservation.scope, at: now) else {
                return nil
            }
            guard entry.fingerprint == reservation.seal.check else { return .conflict }
            return try entry.answer.map { .replay(try reservation.seal.open($0)) }
        }
    }

    private func extend(_ reservation: IdempotencyReservation) async {
        while (try? await Task.sleep(for: extensionInterval)) != nil {
            let expiry = clock.now() + Self.runLifetime
            // What fails now may work the next time; if not, the run is overtaken and makes nothing.
            try? await database.write { db in
                try IdempotencySQL.extend(
                    db,
                    owner: reservation.owner,
                    scope: reservation.scope,
                    token: reservation.token,
                    until: expiry
                )
            }
        }
    }

    private func ring(_ reservation: IdempotencyReservation) {
        bells.ring("\(reservation.owner)/\(reservation.scope)")
    }

    private static let allowed = Set<Unicode.Scalar>(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-".unicodeScalars
    )
}
