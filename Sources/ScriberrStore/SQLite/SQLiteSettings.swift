import CSQLiteSetup
import Dispatch
import Foundation
import GRDB

/// How connections are set up. The defaults are what the program runs with; tests change single values.
package struct SQLiteSettings: Sendable {
    /// Connections that read beside the writer.
    package var readers = 4
    /// Memory for pages of the connection that writes.
    package var cacheBytes = 32 << 20
    /// Memory for pages of each connection that reads; the system keeps what is read often as well.
    package var readerCacheBytes = 4 << 20
    /// Whether a commit waits for the disk. Off only where losing the last second is allowed, such as in benchmarks.
    package var isDurable = true
    /// What the log file shrinks to once it was copied back.
    package var journalBytesMax = 64 << 20
    /// How long a connection waits for another process that writes.
    package var busyTimeout = Duration.seconds(10)
    /// How many writes share a commit at most.
    package var groupMax = 256
    /// How long the idle writer leaves the log alone before it is copied back.
    package var checkpointDelay = Duration.milliseconds(250)
    /// How much of the log is copied back although the writer does not rest.
    package var checkpointBytes = 16 << 20
    /// How long the writer looks out for the next write before it sleeps. Waking it takes about as long.
    package var lookout = Duration.microseconds(50)
    /// As long as commits take less than this, one that meets no other is made on its caller's thread. Zero: never.
    package var loanLimit = Duration.milliseconds(1)
    /// Who lends those threads.
    package var lender = ThreadLoan.Lender.process
    /// The size of the log from which on a reader that keeps it from shrinking is told about.
    package var journalWarningBytes = 256 << 20

    package init() {}

    /// The configuration for GRDB. Asked for before the first connection is opened. `mayWait` says whether this thread may wait for
    /// another process.
    func configuration(mayWait: @escaping @Sendable () -> Bool = { true }) -> Configuration {
        SQLiteSettings.process
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .callback(fairRetry(mayWait))
        configuration.publicStatementArguments = false
        configuration.qos = .userInitiated
        let (cacheBytes, readerCacheBytes) = (cacheBytes, readerCacheBytes)
        let pragmas = """
            PRAGMA journal_size_limit = \(journalBytesMax);
            PRAGMA temp_store = MEMORY;
            PRAGMA trusted_schema = OFF;
            """
        configuration.prepareDatabase { database in
            let bytes = database.configuration.readonly ? readerCacheBytes : cacheBytes
            try database.execute(sql: "PRAGMA cache_size = -\(bytes / 1_024); \(pragmas)")
        }
        return configuration
    }

    /// What holds for all connections of the process, set once.
    private static let process: Void = csqlitesetup_count_no_memory()

    /// Asks again within 50 to 500 µs, as long as the timeout allows. SQLite's own handler sleeps up to 100 ms and starves
    /// while another process takes the lock again within microseconds.
    private func fairRetry(_ mayWait: @escaping @Sendable () -> Bool) -> @Sendable (Int) -> Bool {
        let meanMicroseconds = 275
        let triesMax = Int(busyTimeout.components.seconds) * 1_000_000 / meanMicroseconds
        return { tries in
            guard tries < triesMax, mayWait() else { return false }
            usleep(.random(in: 50...500))
            return true
        }
    }
}
