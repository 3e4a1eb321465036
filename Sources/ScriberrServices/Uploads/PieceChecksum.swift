import Crypto
import Foundation
import ScriberrCore

/// What the bytes of one piece should hash to, as tus writes it: an algorithm and the digest in base64.
package struct PieceChecksum: Sendable {
    /// What can be checked, by the names that tus uses.
    package static let algorithms = ["sha1", "sha256"]

    private enum Hash {
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    private var hash: Hash
    private let digest: [UInt8]

    /// Reads `Upload-Checksum`. Throws `INVALID_REQUEST` for an algorithm that is not known, or a digest that cannot be one.
    package init(header: String) throws {
        let parts = header.split(separator: " ")
        guard parts.count == 2, let digest = Data(base64Encoded: String(parts[1])) else { throw Self.malformed }
        switch parts[0].lowercased() {
        case "sha1" where digest.count == Insecure.SHA1.byteCount: hash = .sha1(Insecure.SHA1())
        case "sha256" where digest.count == SHA256.byteCount: hash = .sha256(SHA256())
        default: throw Self.malformed
        }
        self.digest = Array(digest)
    }

    /// Takes the next bytes of the piece.
    mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { buffer in
            switch hash {
            case .sha1(var running):
                running.update(bufferPointer: buffer)
                hash = .sha1(running)
            case .sha256(var running):
                running.update(bufferPointer: buffer)
                hash = .sha256(running)
            }
        }
    }

    /// Whether the bytes were those that were meant.
    var matches: Bool {
        switch hash {
        case .sha1(let hash): Array(hash.finalize()) == digest
        case .sha256(let hash): Array(hash.finalize()) == digest
        }
    }

    private static let malformed = ScriberrError(
        .invalidRequest,
        "Upload-Checksum is one of \(algorithms.joined(separator: ", ")), a blank and the digest in base64.",
        field: "Upload-Checksum"
    )
}
