import Crypto
import Foundation
package import ScriberrCore

/// Closes secrets that the database keeps (AES-GCM), with a key that follows from the server's own secret (HKDF), which is not in
/// the database.
///
/// A closed secret is `aes:`, the name of its key, `:` and base64. Text without that form was stored by an earlier version and is the
/// secret itself.
package struct SecretBox: Sendable {
    private struct Key {
        let name: String
        let key: SymmetricKey
    }

    private let keys: [Key]
    private static let form = "aes"

    /// `serverSecret` closes and opens; what was closed with one of `earlier` can be opened too.
    package init(serverSecret: [UInt8], earlier: [[UInt8]] = []) {
        keys = ([serverSecret] + earlier).map { secret in
            let material = SymmetricKey(data: secret)
            let name = Self.derive(material, "name").withUnsafeBytes { hexadecimal($0.prefix(4)) }
            return Key(name: name, key: Self.derive(material, "key"))
        }
    }

    package func close(_ secret: String) throws -> SealedSecret {
        guard let key = keys.first, let box = try AES.GCM.seal(Data(secret.utf8), using: key.key).combined else {
            throw ScriberrError(.internalError, "A secret cannot be closed.")
        }
        return SealedSecret("\(Self.form):\(key.name):\(box.base64EncodedString())")
    }

    /// Throws `INTERNAL_ERROR` when it was closed with a secret that this server does not have.
    package func open(_ sealed: SealedSecret) throws -> String {
        let parts = sealed.text.split(separator: ":", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts[0] == Self.form else { return sealed.text }
        for key in keys where key.name == parts[1] {
            // A box that does not open was tampered with.
            guard let data = Data(base64Encoded: parts[2]), let box = try? AES.GCM.SealedBox(combined: data),
                let plain = try? AES.GCM.open(box, using: key.key), let text = String(bytes: plain, encoding: .utf8)
            else { break }
            return text
        }
        throw ScriberrError(.internalError, "The secret was closed with another JWT_SECRET; make a new one.")
    }

    /// Whether it is closed, and with the key that closes now.
    func isCurrent(_ sealed: SealedSecret) -> Bool {
        keys.first.map { sealed.text.hasPrefix("\(Self.form):\($0.name):") } ?? false
    }

    private static func derive(_ material: SymmetricKey, _ use: String) -> SymmetricKey {
        let info = Array("scriberr stored secrets \(use)".utf8)
        return HKDF<SHA256>.deriveKey(inputKeyMaterial: material, info: info, outputByteCount: 32)
    }
}
