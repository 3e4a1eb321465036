import Glibc
package import ScriberrCore

/// A store that can take a local file as it is, without copying its bytes.
package protocol LocalFileTaker {
    /// A writer that already holds the bytes of the file at `path`. The file itself stays where it is.
    func writer(taking path: String, as key: String) async throws -> any BlobWriter
}

extension BlobStore {
    /// A writer that already holds the bytes of a local file, which stays where it is.
    package func writer(holding path: String, as key: String) async throws -> any BlobWriter {
        if let taker = self as? any LocalFileTaker { return try await taker.writer(taking: path, as: key) }
        let writer = try await create(key)
        do {
            try await copyFile(path) { try await writer.write($0) }
            return writer
        } catch {
            await writer.abort()
            throw error
        }
    }
}

/// Hands a local file to `body` in pieces, in order.
func copyFile(_ path: String, body: (ArraySlice<UInt8>) async throws -> Void) async throws {
    let file = try await FileQueue.shared.run { try OpenFile(path: path, flags: O_RDONLY) }
    var offset: Int64 = 0
    while true {
        let start = offset
        let bytes = try await FileQueue.shared.run { try file.read(1 << 20, at: start) }
        guard !bytes.isEmpty else { return }
        try await body(bytes[...])
        offset += Int64(bytes.count)
    }
}
