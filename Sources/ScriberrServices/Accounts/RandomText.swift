import Crypto
import ScriberrCore

/// Secrets from the system's random numbers, and their digests.
enum RandomText {
    /// `count` random bytes.
    static func bytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in .random(in: .min ... .max, using: &random) }
    }

    /// `prefix` and 64 hexadecimal digits.
    static func secret(_ prefix: String) -> String { prefix + hexadecimal(bytes(32)) }

    /// SHA-256 of a secret, as 64 hexadecimal digits. Enough for secrets of 32 random bytes; not for passwords.
    static func digest(_ secret: String) -> String { hexadecimal(SHA256.hash(data: Array(secret.utf8))) }
}
