import HTTPTypes
import HummingbirdCore
import ScriberrCore
import ScriberrServices

extension Call {
    /// Runs a JSON request at most once per `Idempotency-Key`; content type and body tell whether a repetition is the same.
    func onceByBody(_ principal: Principal, _ run: (Call) async throws -> Answer) async throws -> Answer {
        guard let key = try idempotencyKey() else { return try await run(self) }
        let body = try await bodyBytes()
        return try await once(principal, key, parts: [Array((headers[.contentType] ?? "").utf8), body], run)
    }

    /// The key of this request; nil when there is none. Throws `VALIDATION_ERROR`.
    func idempotencyKey() throws -> String? {
        guard let key = headers[.idempotencyKey], !key.isEmpty else { return nil }
        try IdempotencyService.check(key: key)
        return key
    }

    /// Makes something and answers about it. Under a key the answer is kept by the very commit that makes it.
    func answering<Made: Sendable>(
        _ describe: @escaping @Sendable (Made) -> Answer,
        _ make: (AnswerDraft<Made>?) async throws -> Made
    ) async throws -> Answer {
        let draft = reservation.map { reservation in
            services.idempotency.draft(reservation) { (made: Made) in describe(made).stored }
        }
        return describe(try await make(draft))
    }

    /// Runs a request at most once per key. What `run` throws leaves the key free again. `run` has the call to make its
    /// ``answering(_:_:)`` with.
    func once(
        _ principal: Principal,
        _ key: String,
        parts: [[UInt8]],
        _ run: (Call) async throws -> Answer
    ) async throws -> Answer {
        let print = IdempotencyService.fingerprint(parts)
        switch try await decision(principal, key, print) {
        case .replay(let stored): return Answer(stored)
        case .conflict:
            throw ScriberrError(
                .idempotencyConflict,
                "This idempotency key was used with another request.",
                field: "Idempotency-Key"
            )
        case .proceed(let reservation):
            do {
                return try await self.run(under: reservation, run)
            } catch is IdempotencyOvertaken {
                // The one that has the key now answers for both.
                switch try await decision(principal, key, print) {
                case .replay(let stored): return Answer(stored)
                // That one failed. What this one had in hand, such as an upload, is used up.
                case .proceed(let next): await services.idempotency.abandon(next)
                case .conflict: break
                }
                throw ScriberrError(.conflict, "This request lasted too long; send it again.")
            }
        }
    }

    private func run(under reservation: IdempotencyReservation, _ run: (Call) async throws -> Answer) async throws -> Answer {
        let service = services.idempotency
        var call = self
        call.reservation = reservation
        let answer: Answer
        do {
            answer = try await service.holding(reservation) { try await run(call) }
        } catch {
            await service.abandon(reservation)
            throw error
        }
        if let stored = answer.stored {
            try await service.complete(reservation, stored)
        } else {
            await service.abandon(reservation)
        }
        return answer
    }

    /// What is to be done under this key. Throws ``ConnectionLost`` when the client leaves while another request runs under it.
    private func decision(_ principal: Principal, _ key: String, _ fingerprint: String) async throws -> IdempotencyDecision {
        let intake = intake
        do {
            return try await services.idempotency.begin(
                owner: principal.owner,
                method: request.method.rawValue,
                path: request.uri.path,
                key: key,
                fingerprint: fingerprint,
                isWanted: { !intake.hasClientLeft }
            )
        } catch is CancellationError where intake.hasClientLeft {
            throw ConnectionLost(cause: nil)
        }
    }
}

extension Answer {
    /// The answer as it is kept for repetitions; nil for what is not kept.
    fileprivate var stored: StoredAnswer? {
        guard status.kind == .successful else { return nil }
        let fields = headers.map { StoredAnswer.Header(name: $0.name.rawName, value: $0.value) }
        switch body {
        case .empty: return StoredAnswer(status: status.code, headers: fields, body: [])
        case .bytes(let bytes): return StoredAnswer(status: status.code, headers: fields, body: bytes)
        case .stream: return nil
        }
    }

    fileprivate init(_ stored: StoredAnswer) {
        var fields = HTTPFields()
        for header in stored.headers {
            if let name = HTTPField.Name(header.name) { fields[name] = header.value }
        }
        fields[.idempotencyReplayed] = "true"
        self.init(
            status: HTTPResponse.Status(code: stored.status),
            headers: fields,
            body: stored.body.isEmpty ? .empty : .bytes(stored.body)
        )
    }
}
