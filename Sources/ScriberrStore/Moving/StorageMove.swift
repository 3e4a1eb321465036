import Crypto
package import ScriberrCore

/// Brings every recording that a database names from one store into another, in steps that can be stopped and gone on with.
///
/// Each recording is hashed on its way, compared with what the database says, and read back from its new place. The old store
/// keeps everything.
package struct StorageMove: Sendable {
    private let database: any Database
    private let source: any BlobStore
    private let target: any BlobStore
    private let part: String
    private let clock: any WallClock
    private let report: @Sendable (StorageTally) -> Void
    private static let batch = 8
    private static let token = "storage"

    /// `name` tells the target from others, so that a move that was interrupted is known again.
    package init(
        _ database: any Database,
        from source: any BlobStore,
        to target: any BlobStore,
        name: String,
        clock: any WallClock = SystemWallClock(),
        report: @escaping @Sendable (StorageTally) -> Void = { _ in }
    ) {
        (self.database, self.source, self.target, self.clock, self.report) = (database, source, target, clock, report)
        part = "storage " + hexadecimal(SHA256.hash(data: Array(name.utf8))).prefix(32)
    }

    /// Moves what is not there yet. Throws `CONFLICT` while a process uses the database.
    package func run() async throws -> StorageTally {
        let now = clock.now()
        let (total, begun) = try await database.write { [part] connection in
            try MoveSQL.checkUnused(connection, at: now)
            guard try MoveSQL.token(connection, .out) ?? Self.token == Self.token,
                try MoveSQL.token(connection, .in) == nil
            else { throw ScriberrError(.conflict, "The database itself is being moved; end that first.") }
            try MoveSQL.mark(connection, .out, token: Self.token, at: now)
            let rows = try connection.query("SELECT count(*) AS n FROM (\(Self.keys)) AS keys", [])
            return (try rows.first?.int("n") ?? 0, try MoveSQL.progress(connection, part: part))
        }
        var tally = StorageTally(total: total, there: Int(begun?.copied ?? 0))
        var place = begun?.place.first
        report(tally)
        while case let recordings = try await next(after: place), let last = recordings.last {
            try Task.checkCancellation()
            let outcomes = try await move(recordings)
            for outcome in outcomes { tally.add(outcome) }
            place = .text(last.key)
            // Only what is whole counts as done, so that the rest is tried again.
            let (now, count, isWhole) = (clock.now(), outcomes.count { $0 != .absent }, tally.isWhole)
            try await database.write { [part] connection in
                try MoveSQL.mark(connection, .out, token: Self.token, at: now)
                if isWhole { try MoveSQL.note(connection, part: part, place: [.text(last.key)], more: count) }
            }
            report(tally)
        }
        let isWhole = tally.isWhole
        try await database.write { [part] connection in
            try MoveSQL.unmark(connection, .out)
            if isWhole { try MoveSQL.forgetProgress(connection, parts: part) }
        }
        return tally
    }

    // Jobs name recordings whose file is gone; what is expected of those is not known.
    private static let keys = """
        SELECT blob_key, max(sha256) AS content_hash, max(is_ready) AS is_ready FROM (
            SELECT blob_key, sha256, CASE WHEN status = 'ready' THEN 1 ELSE 0 END AS is_ready FROM files
            UNION ALL SELECT blob_key, '' AS sha256, 0 AS is_ready FROM transcriptions
        ) AS named WHERE blob_key <> '' GROUP BY blob_key
        """

    private struct Recording: Sendable {
        var key: String
        var contentHash: String
        var isReady: Bool
    }

    private func next(after place: SQLValue?) async throws -> [Recording] {
        try await database.read { connection in
            let sql =
                "SELECT blob_key, content_hash, is_ready FROM (\(Self.keys)) AS keys WHERE blob_key > $1 ORDER BY blob_key LIMIT $2"
            return try connection.query(sql, [place ?? "", .int(Self.batch)]).map { row in
                Recording(
                    key: try row.text("blob_key"),
                    contentHash: try row.text("content_hash"),
                    isReady: try row.bool("is_ready")
                )
            }
        }
    }

    private func move(_ recordings: [Recording]) async throws -> [StorageTally.Outcome] {
        try await withThrowingTaskGroup(of: StorageTally.Outcome.self) { group in
            for recording in recordings { group.addTask { try await move(recording) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func move(_ recording: Recording) async throws -> StorageTally.Outcome {
        guard let size = try await source.size(of: recording.key) else {
            return recording.isReady ? .missing(recording.key) : .absent
        }
        if try await target.size(of: recording.key) == size, try await hash(target, recording, size) == recording.contentHash {
            return .there(size)
        }
        let writer = try await target.create(recording.key)
        do {
            let left = ContentHash(like: recording.contentHash)
            try await source.read(recording.key, range: 0..<size) { bytes in
                left.update(bytes)
                try await writer.write(bytes)
            }
            guard recording.contentHash.isEmpty || left.text == recording.contentHash else {
                await writer.abort()
                return .damaged(recording.key)
            }
            _ = try await writer.commit()
            let arrived = try await hash(target, recording, size)
            return arrived == left.text ? .moved(size) : .damaged(recording.key)
        } catch {
            await writer.abort()
            throw error
        }
    }

    private func hash(_ store: any BlobStore, _ recording: Recording, _ size: Int64) async throws -> String {
        let hash = ContentHash(like: recording.contentHash)
        try await store.read(recording.key, range: 0..<size) { hash.update($0) }
        return hash.text
    }
}

/// How far a move of recordings has come.
package struct StorageTally: Sendable, Hashable {
    /// Recordings that the database names.
    package var total: Int
    /// Those that were brought over and are whole.
    package var moved = 0
    /// Those that were there already, and are whole.
    package var there = 0
    /// Bytes that were brought over or checked in their new place.
    package var bytes: Int64 = 0
    /// Recordings that the database calls ready and that the source does not have.
    package var missing: [String] = []
    /// Recordings whose bytes are not those that the database tells of.
    package var damaged: [String] = []

    /// Whether nothing is missing or damaged.
    package var isWhole: Bool { missing.isEmpty && damaged.isEmpty }

    enum Outcome: Sendable, Hashable {
        case moved(Int64)
        case there(Int64)
        /// Nothing was ever stored: an upload that failed, an import under way.
        case absent
        case missing(String)
        case damaged(String)
    }

    mutating func add(_ outcome: Outcome) {
        switch outcome {
        case .moved(let size): (moved, bytes) = (moved + 1, bytes + size)
        case .there(let size): (there, bytes) = (there + 1, bytes + size)
        case .absent: break
        case .missing(let key): missing.append(key)
        case .damaged(let key): damaged.append(key)
        }
    }
}
