import Crypto
import Foundation
import ScriberrCore

/// Secrets and signatures as Standard Webhooks has them (https://www.standardwebhooks.com).
enum WebhookSecret {
    private static let prefix = "whsec_"

    /// A new secret of 32 random bytes.
    static func make() -> String { prefix + Data(RandomText.bytes(32)).base64EncodedString() }

    /// `webhook-signature`: one signature for each secret, of id, time and body.
    static func signatures(_ secrets: [String], id: String, timestamp: Int64, body: String) -> String {
        let content = Data("\(id).\(timestamp).\(body)".utf8)
        return secrets.compactMap { secret in
            guard let key = Data(base64Encoded: String(secret.dropFirst(prefix.count))) else { return nil }
            let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key))
            return "v1," + Data(code).base64EncodedString()
        }.joined(separator: " ")
    }
}
