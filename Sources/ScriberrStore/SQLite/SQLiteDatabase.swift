import Dispatch
import Foundation
import GRDB
import Glibc
package import ScriberrCore

/// A SQLite file: one writer with grouped commits, readers beside it, and a keeper of the write-ahead log.
package final class SQLiteDatabase: Database {
    /// Who hears of what this process commits.
    package let signals: StoreSignals
    private let pool: DatabasePool
    private let group: CommitGroup
    private let journal: JournalKeeper
    private let openReads = OpenReads()
    private let briefReaders: BriefReaders

    /// Opens or makes the file at `path` and brings its tables up to date. Blocks; called once at start.
    ///
    /// `warn` hears of what an operator should know, such as a reader that keeps the log from shrinking.
    package init(
        path: String,
        settings: SQLiteSettings = SQLiteSettings(),
        migrations: [Migration] = allMigrations,
        signals: StoreSignals = StoreSignals(),
        warn: @escaping @Sendable (StorageWarning) -> Void = { _ in }
    ) throws {
        self.signals = signals
        let loan = ThreadLoan(limit: settings.loanLimit, from: settings.lender)
        Self.makePrivateFile(path)
        do {
            pool = try DatabasePool(path: path, configuration: settings.configuration { loan.mayWait })
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL when it opens a pool.
                try database.execute(sql: "PRAGMA synchronous = \(settings.isDurable ? "FULL" : "NORMAL")")
                // A last resort only: the keeper copies the log back while the writer has nothing to do.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 16000")
                try migrate(SQLiteConnection(database, signals: signals), migrations)
            }
            journal = try JournalKeeper(path: path, settings: settings, oldestRead: openReads.oldestAge, warn: warn)
        } catch {
            throw storageError(error)
        }
        briefReaders = BriefReaders(path: path, settings: settings)
        let journal = journal
        group = CommitGroup(pool: pool, signals: signals, settings: settings, loan: loan) { journal.noteCommit(pages: $0) }
    }

    /// Makes the file if there is none, for its owner alone: it holds transcripts and what passwords are checked by. Its companions
    /// get its mode. SQLite tells why, when it cannot be made.
    private static func makePrivateFile(_ path: String) {
        // One that is there stays closed: to close it again would end the locks that other connections of this process have on it.
        guard access(path, F_OK) != 0 else { return }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    package func read<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let signals = signals
        let number = openReads.start()
        defer { openReads.end(number) }
        do {
            return try await pool.read { try body(SQLiteConnection($0, signals: signals)) }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw storageError(error)
        }
    }

    package func readAtOnce<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value? {
        do {
            return try briefReaders.read { database in
                try SQLiteConnection(database, signals: signals).inReading { try body($0) }
            }
        } catch {
            throw storageError(error)
        }
    }

    package func write<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await group.write(body)
    }

    package func write<Value: Sendable>(
        unless look: @Sendable @escaping (any SQLConnection) throws -> Value?,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await group.write(unless: look, body)
    }

    package func start(_ writes: [PendingWrite]) { group.start(writes) }

    package func keep(_ standing: any StandingClaim) { group.standing.keep(standing) }

    /// How commits were shared since the database was opened.
    package var commitStatistics: CommitStatistics { group.statistics }

    /// How many writes wait for the one that runs.
    package var waitingWrites: Int { group.waitingCount }

    /// Afterwards the file alone holds everything, unless another process still reads it.
    package func close() async {
        await group.close()
        await journal.stop()
        await closeReadersAndWriter()
        // The last one: SQLite removes the log with the last connection, but not when that may only read, as GRDB's readers.
        await journal.close()
    }

    private func closeReadersAndWriter() async {
        let (pool, briefReaders) = (pool, briefReaders)
        await withCheckedContinuation { continuation in
            // Closing waits for readers, which must not hold a thread of the concurrency runtime.
            DispatchQueue.global().async {
                do {
                    try briefReaders.close()
                    try pool.close()
                } catch {
                    // A connection that is still in use closes when its last statement ends.
                }
                continuation.resume()
            }
        }
    }
}
