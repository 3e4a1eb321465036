import Crypto
import Foundation
import ScriberrCore

/// An answer that was given before.
package struct StoredAnswer: Sendable, Hashable, Codable {
    /// The HTTP status.
    package var status: Int
    /// Without those that belong to one exchange only, see ``sharedOnly``.
    package var headers: [Header]
    /// The body, not encoded.
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

    /// The answer without headers that each exchange has anew: request id, date, length, encoding, connection and CORS.
    var sharedOnly: StoredAnswer {
        StoredAnswer(status: status, headers: headers.filter { !Self.isPerExchange($0.name.lowercased()) }, body: body)
    }

    private static func isPerExchange(_ name: String) -> Bool {
        name.hasPrefix("access-control-")
            || [
                "x-request-id", "date", "content-length", "content-encoding", "transfer-encoding", "connection", "vary",
                "set-cookie", "server",
            ].contains(name)
    }
}

/// Closes answers with a key that follows from the request alone.
struct AnswerSeal: Sendable {
    private let secret: SymmetricKey
    private let scope: String
    /// Tells whether a request is the same; the fingerprint itself is part of the secret and not stored.
    let check: String

    init(key: String, scope: String, fingerprint: String) {
        let material = SymmetricKey(data: Array((key + "\u{0}" + fingerprint).utf8))
        secret = Self.derive(material, scope, "answer")
        check = hexadecimal(
            Self.derive(SymmetricKey(data: Array(fingerprint.utf8)), scope, "check").withUnsafeBytes(Array.init)
        )
        self.scope = scope
    }

    func close(_ answer: StoredAnswer) throws -> [UInt8] {
        let header = Head(status: answer.status, headers: answer.headers)
        let head = try JSONEncoder().encode(header)
        let plain = withUnsafeBytes(of: UInt32(head.count).bigEndian, Array.init) + head + answer.body
        let box = try ChaChaPoly.seal(plain, using: secret, authenticating: Array(scope.utf8))
        return Array(box.combined)
    }

    func open(_ sealed: [UInt8]) throws -> StoredAnswer {
        do {
            let box = try ChaChaPoly.SealedBox(combined: sealed)
            let plain = Array(try ChaChaPoly.open(box, using: secret, authenticating: Array(scope.utf8)))
            let length = plain.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let head = try JSONDecoder().decode(Head.self, from: Data(plain.dropFirst(4).prefix(length)))
            return StoredAnswer(status: head.status, headers: head.headers, body: Array(plain.dropFirst(4 + length)))
        } catch {
            throw ScriberrError(
                .internalError,
                "The answer given before cannot be read.",
                disposition: .permanent,
                detail: "\(error)"
            )
        }
    }

    private struct Head: Codable {
        var status: Int
        var headers: [StoredAnswer.Header]
    }

    private static func derive(_ material: SymmetricKey, _ scope: String, _ use: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: material,
            salt: Array(scope.utf8),
            info: Array("scriberr idempotency \(use)".utf8),
            outputByteCount: 32
        )
    }
}
