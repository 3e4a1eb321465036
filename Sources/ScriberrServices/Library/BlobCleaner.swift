package import ScriberrCore
package import ScriberrStore

/// Removes blobs that nothing needs any more. A crash between a transaction and the removal is made up for by ``sweep()``.
package struct BlobCleaner: Sendable {
    private let database: any Database
    private let blobs: any BlobStore
    private let clock: any WallClock
    /// Longer than any commit of an upload takes: younger entries may be about to get their row.
    private static let patience = Duration.seconds(3_600)
    private static let sweepMax = 1_000

    package init(database: any Database, blobs: any BlobStore, clock: any WallClock) {
        self.database = database
        self.blobs = blobs
        self.clock = clock
    }

    /// Removes a blob that a transaction noted as unclaimed. What fails is left to ``sweep()``.
    func remove(_ key: String?) async {
        guard let key else { return }
        do {
            try await blobs.remove(key)
            try await database.write { try UnclaimedBlobSQL.clear($0, key) }
        } catch {
            // Still noted, so the next sweep tries again.
        }
    }

    /// Removes what earlier processes left noted. Answers how many went.
    package func sweep() async throws -> Int {
        let before = clock.now() - Self.patience
        let keys = try await database.read { try UnclaimedBlobSQL.old($0, before: before, limit: Self.sweepMax) }
        for key in keys { await remove(key) }
        return keys.count
    }
}

extension FileSQL {
    /// Removes a hidden file's row if nothing refers to it, and notes its blob for removal if that was its last.
    static func release(_ db: any SQLConnection, _ id: FileID, at now: Timestamp) throws -> String? {
        guard let key = try removeIfUnused(db, id) else { return nil }
        try UnclaimedBlobSQL.note(db, key, at: now)
        return key
    }
}
