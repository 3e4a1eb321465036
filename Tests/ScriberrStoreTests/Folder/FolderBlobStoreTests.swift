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
            #expect(receipt.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
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

    @Test func `a full disk is told from other failures`() throws {
        // Writing to this device always fails for want of room.
        let file = try OpenFile(path: "/dev/full", flags: O_WRONLY)
        let error = #expect(throws: ScriberrError.self) { try file.write([1]) }
        #expect(error?.code == .storageFull)
    }
}
