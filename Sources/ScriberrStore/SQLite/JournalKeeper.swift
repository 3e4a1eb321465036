import Dispatch
import GRDB
import ScriberrCore
import Synchronization

/// What an operator should know about the database.
package enum StorageWarning: Sendable, Hashable {
    /// The write-ahead log has grown to this size because a reader still needs its beginning. The age is that of this
    /// process's oldest read; nil when the reader is in another process.
    case journalHeld(bytes: Int, oldestRead: Duration?)
    /// The log could not be copied back.
    case checkpointFailed(detail: String)
}

/// Copies the write-ahead log back into the database file soon after writes, on a connection of its own, so that no commit
/// has to do it.
final class JournalKeeper: Sendable {
    private struct State {
        var isScheduled = false
        var isClosed = false
        var hasWarned = false
    }

    private let queue: DatabaseQueue
    private let clock = DispatchQueue(label: "scriberr.journal")
    private let delay: Duration
    private let warningBytes: Int
    private let oldestRead: @Sendable () -> Duration?
    private let warn: @Sendable (StorageWarning) -> Void
    private let state = Mutex(State())

    init(
        path: String,
        settings: SQLiteSettings,
        oldestRead: @escaping @Sendable () -> Duration?,
        warn: @escaping @Sendable (StorageWarning) -> Void
    ) throws {
        var configuration = settings.configuration()
        configuration.label = "scriberr.journal"
        queue = try DatabaseQueue(path: path, configuration: configuration)
        delay = settings.checkpointDelay
        warningBytes = settings.journalWarningBytes
        self.oldestRead = oldestRead
        self.warn = warn
    }

    /// Something was committed: the log has grown.
    func noteCommit() {
        let mustSchedule = state.withLock { state in
            if state.isScheduled || state.isClosed { return false }
            state.isScheduled = true
            return true
        }
        guard mustSchedule else { return }
        clock.asyncAfter(deadline: .now() + delay.inSeconds) { self.copyBack() }
    }

    /// Stops; a copy that runs is waited for.
    func close() async {
        state.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            clock.async {
                do {
                    try self.queue.close()
                } catch {
                    // Closed when the last statement ends.
                }
                continuation.resume()
            }
        }
    }

    private func copyBack() {
        let isClosed = state.withLock { state in
            state.isScheduled = false
            return state.isClosed
        }
        guard !isClosed else { return }
        do {
            let (frames, copied) = try queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
            judge(bytes: frames * pageBytes, isHeld: copied < frames)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED {
            // Another process copies at this moment.
        } catch {
            warn(.checkpointFailed(detail: "\(storageError(error))"))
        }
    }

    /// Warns once when the log is large and held, and again only after it was small in between.
    private func judge(bytes: Int, isHeld: Bool) {
        let isLarge = bytes >= warningBytes
        let mustWarn = state.withLock { state in
            defer { state.hasWarned = isLarge && (isHeld || state.hasWarned) }
            return isLarge && isHeld && !state.hasWarned
        }
        if mustWarn { warn(.journalHeld(bytes: bytes, oldestRead: oldestRead())) }
    }
}

private let pageBytes = 4_096
