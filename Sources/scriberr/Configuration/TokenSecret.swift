import Foundation
import ScriberrCore

/// The secret that signs access tokens.
enum TokenSecret {
    /// What HS256 asks of a key (RFC 7518 section 3.2).
    static let bytesMin = 32

    /// The operator's secret or, without one, the secret kept in the file, which is made on first use (mode 0600).
    ///
    /// Throws when the file can neither be read nor written: a secret that is forgotten would end every session at each
    /// restart, and a fixed one would be no secret.
    static func load(given: String?, file: String) throws -> String {
        if let given {
            guard given.utf8.count >= bytesMin else {
                throw SettingsError(problems: ["JWT_SECRET: is too short; use at least \(bytesMin) characters, made by chance"])
            }
            return given
        }
        if let kept = try? String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines),
            kept.utf8.count >= bytesMin
        {
            return kept
        }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in String(Int.random(in: 0x100...0x1FF, using: &random), radix: 16).dropFirst() }.joined()
        try write(secret, to: file)
        return secret
    }

    private static func write(_ secret: String, to file: String) throws {
        let folder = (file as NSString).deletingLastPathComponent
        do {
            if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
            let made = FileManager.default.createFile(
                atPath: file,
                contents: Data(secret.utf8),
                attributes: [.posixPermissions: 0o600]
            )
            guard made else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            throw SettingsError(problems: [
                "JWT_SECRET_FILE: the secret could not be stored there; set JWT_SECRET or name a writable file"
            ])
        }
    }
}
