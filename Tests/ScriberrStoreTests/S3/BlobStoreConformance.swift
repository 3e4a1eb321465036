import Foundation
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrStore

/// What every blob store must do.
@Suite struct BlobStoreConformance {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case folder, bucket

        var testDescription: String { rawValue }

        static var available: [Kind] { TestBucket.shared == nil ? [.folder] : allCases }

        func withStore(_ body: (any BlobStore) async throws -> Void) async throws {
            switch self {
            case .folder: try await withTemporaryFolder { try await body(FolderBlobStore(path: $0)) }
            case .bucket: try await TestBucket.shared.orThrow().withStore { try await body($0) }
            }
        }
    }

    @Test(arguments: Kind.available) func `a blob is seen once it is committed, with size and hash`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            let writer = try await store.create("file_1")
            try await writer.write(Array("ab".utf8)[...])
            try await writer.write(Array("xcx".utf8)[1..<2])
            #expect(try await store.size(of: "file_1") == nil)
            #expect(try Data(contentsOf: URL(fileURLWithPath: try await writer.finishedLocalPath())) == Data("abc".utf8))
            let receipt = try await writer.commit()
            #expect(receipt.sizeBytes == 3)
            #expect(receipt.contentHash == "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")
            #expect(try await store.size(of: "file_1") == 3)
            await writer.abort()
            #expect(try await store.size(of: "file_1") == 3)
        }
    }

    @Test(arguments: Kind.available) func `what is aborted was never there`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            let writer = try await store.create("file_1")
            try await writer.write(patternedBytes(100)[...])
            await writer.abort()
            #expect(try await store.size(of: "file_1") == nil)
            #expect(try await store.put("file_1", [1]).sizeBytes == 1)
        }
    }

    @Test(arguments: Kind.available) func `any range is read in order`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            let bytes = patternedBytes(1_000_000)
            try await store.put("file_1", bytes)
            for range in [0..<1_000_000, 1..<999_999, 0..<0, 0..<1, 999_999..<1_000_000] {
                let found = try await store.bytes("file_1", Int64(range.lowerBound)..<Int64(range.upperBound))
                #expect(found == Array(bytes[range]))
            }
        }
    }

    @Test(arguments: Kind.available) func `a reader that fails ends the reading with its own error`(_ kind: Kind) async throws {
        struct Enough: Error {}
        try await kind.withStore { store in
            try await store.put("file_1", patternedBytes(1_000_000))
            await #expect(throws: Enough.self) { try await store.read("file_1", range: 0..<1_000_000) { _ in throw Enough() } }
        }
    }

    @Test(arguments: Kind.available) func `a local copy has the bytes`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            try await store.put("file_1", patternedBytes(70_000))
            let copy = try await store.localCopy(of: "file_1")
            #expect(try Data(contentsOf: URL(fileURLWithPath: copy.path)) == Data(patternedBytes(70_000)))
        }
    }

    @Test(arguments: Kind.available) func `what is missing is said to be missing`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            let read = await #expect(throws: ScriberrError.self) { try await store.read("file_1", range: 0..<1) { _ in } }
            #expect(read?.code == .mediaMissing)
            let copy = await #expect(throws: ScriberrError.self) { _ = try await store.localCopy(of: "file_1") }
            #expect(copy?.code == .mediaMissing)
            #expect(try await store.size(of: "file_1") == nil)
            try await store.remove("file_1")
        }
    }

    @Test(arguments: Kind.available) func `a removed blob is gone, its local copy too`(_ kind: Kind) async throws {
        try await kind.withStore { store in
            try await store.put("file_1", [1, 2, 3])
            try await store.remove("file_1")
            #expect(try await store.size(of: "file_1") == nil)
            let copy = await #expect(throws: ScriberrError.self) { _ = try await store.localCopy(of: "file_1") }
            #expect(copy?.code == .mediaMissing)
        }
    }
}
