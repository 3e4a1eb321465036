import Foundation
import Glibc
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrStore

@Suite struct FolderBlobStoreTests {
    @Test func `a blob is there once it is committed, hashed and private`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let writer = try await store.create("file_1")
            try await writer.write(Array("ab".utf8)[...])
            try await writer.write(Array("xcx".utf8)[1..<2])
            #expect(try await store.size(of: "file_1") == nil)
            let receipt = try await writer.commit()
            #expect(receipt.sizeBytes == 3)
            #expect(receipt.contentHash == "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")
            #expect(try await store.size(of: "file_1") == 3)
            let path = try await store.localCopy(of: "file_1").path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
            await writer.abort()
            #expect(try await store.size(of: "file_1") == 3)
        }
    }

    @Test func `a large blob is read in pieces that add up`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
            let writer = try await store.create("file_1")
            try await writer.write(bytes[...])
            _ = try await writer.commit()
            var (read, pieces): ([UInt8], Int) = ([], 0)
            try await store.read("file_1", range: 1..<999_999) { piece in
                read += piece
                pieces += 1
            }
            #expect(read == Array(bytes[1..<999_999]))
            #expect(pieces > 1)
        }
    }

    @Test func `what is missing is said to be missing`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let read = await #expect(throws: ScriberrError.self) { try await store.read("file_1", range: 0..<1) { _ in } }
            #expect(read?.code == .mediaMissing)
            let path = await #expect(throws: ScriberrError.self) { try await store.localCopy(of: "file_1") }
            #expect(path?.code == .mediaMissing)
            try await store.remove("file_1")
        }
    }

    @Test(arguments: [false, true])
    func `while the folder itself is away nothing is missing, and nothing can be stored`(isMountPoint: Bool) async throws {
        try await withTemporaryFolder { folder in
            let (here, away) = (folder + "/uploads", folder + "/away")
            let store = try FolderBlobStore(path: here)
            let writer = try await store.create("file_1")
            try await writer.write([1, 2, 3][...])
            _ = try await writer.commit()
            try FileManager.default.moveItem(atPath: here, toPath: away)
            if isMountPoint { try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true) }
            let calls: [() async throws -> Void] = [
                { _ = try await store.size(of: "file_1") }, { _ = try await store.localCopy(of: "file_1") },
                { try await store.read("file_1", range: 0..<3) { _ in } }, { _ = try await store.open("file_1") },
                { try await store.remove("file_1") }, { _ = try await store.create("file_2") },
            ]
            for (number, call) in calls.enumerated() {
                let error = await #expect(throws: ScriberrError.self) { try await call() }
                #expect(error?.code == .storageFailed && error?.disposition == .transient, "call \(number)")
            }
            if isMountPoint { try FileManager.default.removeItem(atPath: here) }
            try FileManager.default.moveItem(atPath: away, toPath: here)
            #expect(try await store.size(of: "file_1") == 3)
        }
    }

    @Test func `a writer takes the place of a dead one of the same key, never of a living one`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            #expect(FileManager.default.createFile(atPath: folder + "/.incoming/file_1", contents: Data("half of".utf8)))
            let writer = try await store.create("file_1")
            await #expect(throws: ScriberrError.self) { try await store.create("file_1") }
            try await writer.write(Array("abc".utf8)[...])
            _ = try await writer.commit()
            #expect(try await store.size(of: "file_1") == 3)
        }
    }

    @Test func `leftovers of dead writers go and living ones stay`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            #expect(FileManager.default.createFile(atPath: folder + "/.incoming/file_dead", contents: Data([1])))
            let living = try await store.create("file_alive")
            try await living.write([1])
            try await store.removeLeftovers()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/.incoming") == ["file_alive"])
            #expect(try await living.commit().sizeBytes == 1)
        }
    }

    @Test func `bytes in pieces of any length end up in order, hashed as one`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let writer = try await store.create("file_1")
            var bytes: [UInt8] = []
            let lengths = [1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 0, 5, (3 << 20) + 7, 17]
            for (number, length) in lengths.enumerated() {
                let piece = [UInt8](repeating: UInt8(number + 1), count: length)
                try await writer.write(piece[...])
                bytes += piece
            }
            let receipt = try await writer.finish()
            #expect(receipt.sizeBytes == Int64(bytes.count))
            #expect(receipt.contentHash == "blake3:34096debbf12b61cf2f09d27f850c7ab180893cc7c7c7c351105592bad0fa431")
            #expect(try await writer.finish() == receipt)
            await #expect(throws: ScriberrError.self) { try await writer.write([1]) }
            #expect(try await writer.commit() == receipt)
            let stored = try await Data(contentsOf: URL(fileURLWithPath: store.localCopy(of: "file_1").path))
            #expect(Array(stored) == bytes)
        }
    }

    /// In the temporary folder, and in one in memory, where writing past the cache may not be possible.
    @Test(arguments: [FileManager.default.temporaryDirectory.path, "/dev/shm"])
    func `a long blob is whole, whether its bytes went past the cache of the system or not`(place: String) async throws {
        let path = place + "/blob-\(UUID().uuidString)"
        defer { unlink(path) }
        var bytes: [UInt8] = []
        for number in 0..<((5 << 20) + 4_097) { bytes.append(UInt8(truncatingIfNeeded: number &* 31 >> 3)) }
        var hashes: Set<String> = []
        for cached: Int64 in [0, 2 << 20, 64 << 20] {
            let file = try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
            let press = BlobPress(file, cachedBytesMax: cached)
            try await press.take(bytes[...])
            // What is settled in the middle ends where no page does.
            try await press.settle()
            try await press.take(bytes[..<(3 << 20)])
            let hash = try await press.end()
            try await press.makeDurable()
            let whole = bytes + bytes[..<(3 << 20)]
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == whole)
            hashes.insert(hash)
        }
        #expect(hashes.count == 1)
    }

    @Test func `what goes wrong with bytes that were taken is told later`() async throws {
        let press = BlobPress(try OpenFile(path: "/dev/full", flags: O_WRONLY))
        let piece = [UInt8](repeating: 1, count: 3 << 20)
        let error = await #expect(throws: ScriberrError.self) { while true { try await press.take(piece[...]) } }
        #expect(error?.code == .storageFull)
        let end = await #expect(throws: ScriberrError.self) { try await press.end() }
        #expect(end?.code == .storageFull)
    }

    @Test func `a failure of the disk that an early flush has met keeps a blob from being called durable`() async throws {
        try await withTemporaryFolder { folder in
            let file = try OpenFile(path: folder + "/blob", flags: O_WRONLY | O_CREAT)
            let press = BlobPress(
                file,
                flush: { _ in
                    errno = EIO
                    throw ScriberrError.file("fdatasync")
                }
            )
            try await press.take([UInt8](repeating: 1, count: 2 << 20)[...])
            _ = try await press.end()
            // The system has told of it once, and would not tell whoever waits for the disk now.
            let error = await #expect(throws: ScriberrError.self) { try await press.makeDurable() }
            #expect(error?.code == .storageFailed)
        }
    }

    @Test func `an upload that was finished and thrown away is not committed`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let writer = try await store.create("file_1")
            try await writer.write([1, 2, 3][...])
            _ = try await writer.finish()
            await writer.abort()
            await #expect(throws: ScriberrError.self) { try await writer.commit() }
            #expect(try await store.size(of: "file_1") == nil)
        }
    }

    @Test func `an upload that is thrown away while its bytes are under way leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let writer = try await store.create("file_1")
            for _ in 0..<8 { try await writer.write([UInt8](repeating: 7, count: 1 << 20)[...]) }
            await writer.abort()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/.incoming").isEmpty)
            await #expect(throws: ScriberrError.self) { try await writer.commit() }
            #expect(try await store.size(of: "file_1") == nil)
        }
    }

    @Test func `an open blob outlives its removal, and says what of it is in memory`() async throws {
        try await withTemporaryFolder { folder in
            let store = try FolderBlobStore(path: folder)
            let writer = try await store.create("file_1")
            try await writer.write([UInt8](repeating: 7, count: 100_000)[...])
            _ = try await writer.commit()
            let file = try await store.open("file_1")
            try await store.remove("file_1")
            try await file.load(5_000..<100_000)
            #expect(file.isAtHand(5_000..<100_000))
            #expect(!file.isAtHand(5_000..<100_001))
            let short = await #expect(throws: ScriberrError.self) { try await file.load(0..<100_001) }
            #expect(short?.code == .mediaMissing)
            let missing = await #expect(throws: ScriberrError.self) { try await store.open("file_1") }
            #expect(missing?.code == .mediaMissing)
        }
    }

    @Test func `a full disk is told from other failures`() throws {
        // Writing to this device always fails for want of room.
        let file = try OpenFile(path: "/dev/full", flags: O_WRONLY)
        let error = #expect(throws: ScriberrError.self) { try file.write([1]) }
        #expect(error?.code == .storageFull)
    }
}
