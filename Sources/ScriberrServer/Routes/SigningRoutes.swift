import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    /// Addresses for players, which cannot send a header.
    static let signing: [Route] = [
        Route(
            .post,
            "/api/v1/files/{id}:sign-audio",
            .scoped(.read) { call, principal in
                let id: FileID = try call.id()
                _ = try await call.services.library.get(principal.owner, id)
                return try await call.signed("/api/v1/files/\(id.text)/audio", principal)
            }
        ),
        Route(
            .post,
            "/api/v1/transcriptions/{id}:sign-audio",
            .scoped(.read) { call, principal in
                let id: TranscriptionID = try call.id()
                _ = try await call.services.transcriptions.get(principal.owner, id)
                return try await call.signed("/api/v1/transcriptions/\(id.text)/audio", principal)
            }
        ),
    ]
}

extension Call {
    private static var secondsUsual: Int { 600 }
    private static var secondsAllowed: ClosedRange<Int> { 1...21_600 }

    fileprivate func signed(_ path: String, _ principal: Principal) async throws -> Answer {
        let seconds = try await jsonIfPresent(SigningBody.self)?.expiresIn ?? Self.secondsUsual
        guard Self.secondsAllowed.contains(seconds) else {
            throw ScriberrError(
                .validation,
                "expires_in is a number of seconds from 1 to \(Self.secondsAllowed.upperBound).",
                field: "expires_in"
            )
        }
        let address = try await server.authenticator.signedAddress(path, for: principal, lifetime: .seconds(seconds))
        var answer = Answer.object { json in
            json.field("url", address.url)
            json.field("expires_at", address.expiresAt)
        }
        answer.headers[.cacheControl] = "no-store"
        return answer
    }
}

private struct SigningBody: Decodable {
    var expiresIn: Int?

    enum CodingKeys: String, CodingKey {
        case expiresIn = "expires_in"
    }
}
