import CoreFoundation
import Foundation
import Glibc
import ScriberrCore

/// The secret that signs access tokens.
enum TokenSecret {
    /// What HS256 asks of a key (RFC 7518 section 3.2).
    static let bytesMin = 32

    /// The operator's secret or, without one, the secret kept in the file, which is made on first use (mode 0600).
    ///
    /// Throws when the file cannot be written, and when it is there but holds no secret that can be read: a new one in its place would
    /// end every session and lose what the database holds closed with the old one.
    static func load(given: String?, file: String) throws -> String {
        if let given {
            guard given.utf8.count >= bytesMin else {
                throw SettingsError(problems: ["JWT_SECRET: is too short; use at least \(bytesMin) characters, made by chance"])
            }
            return given
        }
        if let kept = try kept(in: file) { return kept }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in String(Int.random(in: 0x100...0x1FF, using: &random), radix: 16).dropFirst() }.joined()
        try write(secret, to: file)
        return secret
    }

    /// The secret in the file; nil when there is no file.
    private static func kept(in file: String) throws -> String? {
        var status = stat()
        guard stat(file, &status) == 0 || ![ENOENT, ENOTDIR].contains(errno) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw SettingsError(problems: ["JWT_SECRET_FILE: the file is there but cannot be read; change its owner or mode"])
        }
        let secret = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard secret.utf8.count >= bytesMin else {
            throw SettingsError(problems: [
                "JWT_SECRET_FILE: the file is there but holds less than \(bytesMin) characters; restore it, or remove it to have a new "
                    + "secret made, which signs everybody out and loses the secrets of webhooks"
            ])
        }
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
