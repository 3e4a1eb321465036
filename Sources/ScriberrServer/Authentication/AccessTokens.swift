import Crypto
import Foundation
import JWTKit
import ScriberrCore
import ScriberrServices
import Synchronization

/// Makes and reads access tokens: JWTs signed with HS256 and nothing else, whatever their header says (RFC 8725).
struct AccessTokens: Sendable {
    /// What a good token says.
    struct Claims: Hashable, Sendable {
        /// The account.
        var user: UserID
        /// The account's token version when the token was made; a token of another version is void.
        var tokenVersion: Int64
        /// What came from the same login; void after its logout.
        var session: String
    }

    private struct Payload: JWTPayload {
        var userID: Int64
        var username: String
        var version: Int64
        var session: String
        var issuedAt: Int64
        var expiresAt: Int64

        enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case username
            case version = "ver"
            case session = "sid"
            case issuedAt = "iat"
            case expiresAt = "exp"
        }

        // Expiry is checked against the clock that was handed in.
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    private let keys: JWTKeyCollection
    private let keyID: JWKIdentifier
    private let lifetime: Duration
    private let clock: any WallClock
    private let known = KnownTokens()

    /// Uses `secret` for all tokens. Its fingerprint becomes the key id, so that a changed secret is told from a forged token.
    init(secret: [UInt8], lifetime: Duration, clock: any WallClock) async {
        let digest = SHA256.hash(data: Array("scriberr-key-id".utf8) + secret)
        keyID = JWKIdentifier(string: digest.prefix(8).map { String($0, radix: 16) }.joined())
        self.lifetime = lifetime
        self.clock = clock
        keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: keyID)
    }

    /// A token for a session.
    func make(for session: Session) async throws -> String {
        let now = clock.now().microseconds / 1_000_000
        let payload = Payload(
            userID: session.user.id.number,
            username: session.user.username,
            version: session.user.tokenVersion,
            session: session.id,
            issuedAt: now,
            expiresAt: now + lifetime.components.seconds
        )
        return try await keys.sign(payload, kid: keyID)
    }

    /// What a token says that was read before; nil for any other, and when it is expired.
    func readAtOnce(_ token: String) -> Claims? {
        guard let (claims, expiresAt) = known.find(token) else { return nil }
        return clock.now().microseconds / 1_000_000 < expiresAt ? claims : nil
    }

    /// What a token says; nil unless it is signed by us with the fixed algorithm and key, and not expired.
    func read(_ token: String) async -> Claims? {
        guard token.utf8.count <= 4_096 else { return nil }
        let now = clock.now().microseconds / 1_000_000
        if let (claims, expiresAt) = known.find(token) { return now < expiresAt ? claims : nil }
        // Any failure means one thing to the caller: this is no token of ours.
        guard let header = try? DefaultJWTParser().parse([UInt8](token.utf8), as: Payload.self).header,
            header.alg == "HS256", header.kid == keyID.string, header.crit == nil
        else { return nil }
        guard let payload = try? await keys.verify(token, as: Payload.self) else { return nil }
        guard now < payload.expiresAt else { return nil }
        let claims = Claims(user: UserID(payload.userID), tokenVersion: payload.version, session: payload.session)
        known.note(token, claims, expiresAt: payload.expiresAt)
        return claims
    }
}

/// Tokens that were found to be ours: reading one again costs more than all else that a small request needs. Whether the session
/// goes on is asked of the database each time.
private final class KnownTokens: Sendable {
    private let entries = Mutex<[String: (claims: AccessTokens.Claims, expiresAt: Int64)]>([:])
    private static let entriesMax = 4_096

    func find(_ token: String) -> (AccessTokens.Claims, Int64)? { entries.withLock { $0[token] } }

    func note(_ token: String, _ claims: AccessTokens.Claims, expiresAt: Int64) {
        entries.withLock { entries in
            if entries.count >= Self.entriesMax { entries.removeAll(keepingCapacity: true) }
            entries[token] = (claims, expiresAt)
        }
    }
}
