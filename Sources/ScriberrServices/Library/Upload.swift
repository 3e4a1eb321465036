package import ScriberrCore

/// A file on its way in. Bytes go straight to their final place. Ends by ``LibraryService/finish(_:title:)``,
/// ``TranscriptionService/submit(_:_:)`` or ``abort()``; until then nothing is visible.
package actor Upload {
    init() {}

    /// Appends bytes. Throws `PAYLOAD_TOO_LARGE` (field `file`) or `STORAGE_FULL`; the upload is aborted then.
    package func write(_ bytes: ArraySlice<UInt8>) async throws { throw NotYet() }

    /// Ends writing and tells the SHA-256 of the bytes, 64 hexadecimal digits: for the fingerprint of an idempotent request.
    package func contentHash() async throws -> String { throw NotYet() }

    /// Throws the bytes away. Harmless after the upload has ended.
    package func abort() async {}
}
