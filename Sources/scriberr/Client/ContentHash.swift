import Crypto
import Foundation
import ScriberrCore

/// SHA-256 as 64 hexadecimal digits.
enum ContentHash {
    /// Of no bytes at all.
    static let nothing = text("")

    static func text(_ text: String) -> String { hexadecimal(SHA256.hash(data: Data(text.utf8))) }

    /// Of a file's bytes, read piece by piece. Throws `MEDIA_MISSING`.
    static func file(_ path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ScriberrError(.mediaMissing, "The recording is gone, or may not be read.")
        }
        defer { try? file.close() }
        var hash = SHA256()
        do {
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        } catch {
            throw ScriberrError(.mediaUnreadable, "The recording cannot be read.", detail: "\(error)")
        }
        return hexadecimal(hash.finalize())
    }
}
