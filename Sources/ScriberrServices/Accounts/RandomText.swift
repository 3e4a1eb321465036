import Crypto

/// Secrets from the system's random numbers, and their digests.
enum RandomText {
    /// `count` random bytes.
    static func bytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in .random(in: .min ... .max, using: &random) }
    }

    /// `prefix` and 64 hexadecimal digits.
    static func secret(_ prefix: String) -> String { prefix + hex(bytes(32)) }

    /// SHA-256 of a secret, as 64 hexadecimal digits. Enough for secrets of 32 random bytes; not for passwords.
    static func digest(_ secret: String) -> String { hex(SHA256.hash(data: Array(secret.utf8))) }

    /// Two hexadecimal digits for each byte.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
