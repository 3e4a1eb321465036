import Glibc
package import ScriberrCore

/// A store whose blobs are local files, so that the system can send them by itself.
package protocol LocalFileKeeper: BlobStore {
    /// Opens a blob. Throws `MEDIA_MISSING` when there is none.
    func open(_ key: String) async throws -> LocalFile
}

/// A blob that is open for reading. Its bytes stay, even when the blob is removed meanwhile.
package final class LocalFile: Sendable {
    private let file: OpenFile

    /// So much behind what is waited for is asked of the disk at the same time: it comes while that is sent.
    private static let aheadBytes: Int64 = 4 << 20

    init(_ file: OpenFile) { self.file = file }

    /// A descriptor of the caller's own, who closes it. Throws `STORAGE_FAILED`.
    package func descriptor() throws -> Int32 {
        let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw ScriberrError.file("dup") }
        return copy
    }

    /// Whether bytes `range` are there and in the system's memory, so that sending them waits for no disk. Takes microseconds.
    package func isAtHand(_ range: Range<Int64>) -> Bool {
        guard let size = try? file.size(), range.upperBound <= size else { return false }
        let pageBytes = Int64(getpagesize())
        let start = range.lowerBound / pageBytes * pageBytes
        let count = Int(range.upperBound - start)
        let mapped = mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor, Int(start))
        guard let map = mapped, map != MAP_FAILED else { return false }
        defer { munmap(map, count) }
        let pages = (count + Int(pageBytes) - 1) / Int(pageBytes)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pages) { marks in
            // The lowest bit tells whether a page is in memory; the others say nothing.
            mincore(map, count, marks.baseAddress) == 0 && marks.allSatisfy { $0 & 1 == 1 }
        }
    }

    /// Waits until bytes `range` have come from the disk. Throws `MEDIA_MISSING` when the file is shorter.
    package func load(_ range: Range<Int64>) async throws {
        try await FileQueue.shared.run { [file] in
            file.willRead(range.lowerBound..<(range.upperBound + Self.aheadBytes))
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = try file.read(Int(min(64 << 10, range.upperBound - offset)), at: offset).count
                guard count > 0 else {
                    throw ScriberrError(.mediaMissing, "The recording is shorter than expected.", detail: "end at \(offset)")
                }
                offset += Int64(count)
            }
        }
    }
}

extension FolderBlobStore: LocalFileKeeper {
    package func open(_ key: String) async throws -> LocalFile {
        LocalFile(try await openFile(key))
    }
}
