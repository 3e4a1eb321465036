import Foundation
import ScriberrCore
import ScriberrTestStores
import ScriberrTestSupport
import Testing

@testable import ScriberrStore

@Suite struct StorageMoveTests {
    /// Of `abc`.
    private static let digests = [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
    ]

    @Test(arguments: digests) func `a recording is brought over and known again, whatever it was hashed with`(_ digest: String)
        async throws
    {
        try await withRecording(digest) { move, source, target in
            try await source.put("file_1", Array("abc".utf8))
            let moved = try await move.run()
            #expect(moved.moved == 1 && moved.isWhole)
            #expect(try Data(contentsOf: URL(fileURLWithPath: try await target.localCopy(of: "file_1").path)) == Data("abc".utf8))
            let again = try await move.run()
            #expect(again.there == 1 && again.moved == 0 && again.isWhole)
        }
    }

    @Test(arguments: digests) func `a recording that has changed is told of and not brought over`(_ digest: String) async throws {
        try await withRecording(digest) { move, source, target in
            try await source.put("file_1", Array("abd".utf8))
            let moved = try await move.run()
            #expect(moved.damaged == ["file_1"] && moved.moved == 0)
            #expect(try await target.size(of: "file_1") == nil)
        }
    }

    private func withRecording(
        _ digest: String,
        _ body: (StorageMove, FolderBlobStore, FolderBlobStore) async throws -> Void
    ) async throws {
        try await TestDatabase.sqlite.with { database, _ in
            try await withTemporaryFolder { folder in
                _ = try await database.write { db in
                    try db.execute(
                        """
                        INSERT INTO users (id, username, username_folded, password_hash, role, created_at, updated_at)
                        VALUES (1, 'ann', 'ann', '', 'admin', 1, 1)
                        """,
                        []
                    )
                    return try db.execute(
                        """
                        INSERT INTO files (id, owner, title, title_folded, kind, status, mime_type, size_bytes, sha256, blob_key,
                            created_at, updated_at) VALUES ('file_1', 1, 'A', 'a', 'audio', 'ready', '', 3, $1, 'file_1', 1, 1)
                        """,
                        [.text(digest)]
                    )
                }
                let source = try FolderBlobStore(path: folder + "/source")
                let target = try FolderBlobStore(path: folder + "/target")
                try await body(StorageMove(database, from: source, to: target, name: "test"), source, target)
            }
        }
    }
}
