import CBlake3
import Crypto
import ScriberrCore

/// A running hash of a recording's bytes.
///
/// BLAKE3 (<https://github.com/BLAKE3-team/BLAKE3-specs>), as its authors' code makes it: beside SHA-256 it takes a quarter of the
/// processor's time where that has instructions for SHA-256, and less where it has none.
final class ContentHash {
    private enum Running {
        case blake3(OpaquePointer)
        case sha256(SHA256)
    }

    private var running: Running
    private static let mark = "blake3:"

    init() {
        // Like all of Swift's own, memory that is not there is not asked for twice.
        guard let hash = scriberr_blake3_new() else { fatalError("There is no memory for a hash.") }
        running = .blake3(hash)
    }

    /// In the way in which `text` was made, so that both can be compared. A digest without a name is one of SHA-256.
    convenience init(like text: String) {
        self.init()
        guard !text.isEmpty, !text.hasPrefix(Self.mark) else { return }
        free()
        running = .sha256(SHA256())
    }

    deinit { free() }

    /// Takes the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) {
        switch running {
        case .blake3(let hash): scriberr_blake3_update(hash, bytes.baseAddress, bytes.count)
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            running = .sha256(hash)
        }
    }

    /// Takes the next bytes.
    func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes(update) }

    /// The digest of all bytes so far: `blake3:` and 64 hexadecimal digits; of SHA-256 the digits alone.
    var text: String {
        switch running {
        case .sha256(let hash): return hexadecimal(hash.finalize())
        case .blake3(let hash):
            var digest = [UInt8](repeating: 0, count: 32)
            scriberr_blake3_digest(hash, &digest)
            return Self.mark + hexadecimal(digest)
        }
    }

    private func free() {
        if case .blake3(let hash) = running { scriberr_blake3_free(hash) }
    }
}
