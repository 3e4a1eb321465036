package import ScriberrCore
package import ScriberrStore

/// An answer that was given before.
package struct StoredAnswer: Sendable, Hashable {
    package var status: Int
    /// Without those that belong to one exchange only (request id, date, encoding, CORS).
    package var headers: [Header]
    package var body: [UInt8]

    package init(status: Int, headers: [Header], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A header field.
    package struct Header: Sendable, Hashable, Codable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// The right to run a request under a key. Ends by ``IdempotencyService/complete(_:_:)`` or ``IdempotencyService/abandon(_:)``.
package struct IdempotencyReservation: Sendable, Hashable {
    let owner: UserID
    let scope: String
    let token: String
}

/// What is to be done with a request that carries a key.
package enum IdempotencyDecision: Sendable {
    /// Run it, then complete or abandon the reservation.
    case proceed(IdempotencyReservation)
    /// Answer this again.
    case replay(StoredAnswer)
    /// The key was used with another request: `IDEMPOTENCY_CONFLICT`.
    case conflict
}

/// Requests that are sent again under the same key run once. Durable; answers are kept for a day.
package struct IdempotencyService: Sendable {
    package init(database: any Database, clock: any WallClock) {}

    /// Throws `VALIDATION_ERROR` with field `Idempotency-Key` unless the key is 1 to 128 of `[A-Za-z0-9._:-]`.
    package static func check(key: String) throws { throw NotYet() }

    /// SHA-256 over the parts, each with its length, as hexadecimal digits. For JSON: content type and body. For a form: each
    /// field's name and value and the file's name and content hash, never the boundary.
    package static func fingerprint(_ parts: [[UInt8]]) -> String { "" }

    /// Reserves the key, or waits while another request with the same key runs. Waiting ends with the caller's task.
    package func begin(
        owner: UserID,
        method: String,
        path: String,
        key: String,
        fingerprint: String
    ) async throws -> IdempotencyDecision { throw NotYet() }

    /// Keeps the answer of a request that succeeded and lets those who wait have it.
    package func complete(_ reservation: IdempotencyReservation, _ answer: StoredAnswer) async throws { throw NotYet() }

    /// Forgets the key: the request failed. One of those who wait runs next. Never throws; a lost reservation expires.
    package func abandon(_ reservation: IdempotencyReservation) async {}
}
