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

/// Copies the write-ahead log back into the database file while the writer rests, or when much has gathered, on a connection of
/// its own, so that no commit has to do it.
///
/// While it copies, commits wait for the same disk; and a page that was written many times is copied once.
final class JournalKeeper: Sendable {
    private struct State {
        var lastCommit = DispatchTime(uptimeNanoseconds: 0)
        var pages = 0
        var isScheduled = false
        var isClosed = false
        var hasWarned = false
    }

    private static let lastWaitSeconds = 2.0

    private let queue: DatabaseQueue
    private let clock = DispatchQueue(label: "scriberr.journal")
    private let delay: Duration
    private let pagesMax: Int
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
        // Only the last copy waits for others.
        configuration.busyMode = .timeout(Self.lastWaitSeconds)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        delay = settings.checkpointDelay
        pagesMax = settings.checkpointBytes / pageBytes
        warningBytes = settings.journalWarningBytes
        self.oldestRead = oldestRead
        self.warn = warn
    }

    /// Something was committed: the log has grown by so many pages.
    func noteCommit(pages: Int) {
        let mustSchedule = state.withLock { state in
            state.lastCommit = .now()
            state.pages += pages
            if state.isScheduled || state.isClosed { return false }
            state.isScheduled = true
            return true
        }
        if mustSchedule { look(at: .now() + delay.inSeconds) }
    }

    /// Copies nothing more by itself; a copy that runs is waited for.
    func stop() async {
        state.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            clock.async { continuation.resume() }
        }
    }

    /// Copies what is left of the log and closes. Called after ``stop()`` and when no other connection of this process writes.
    func close() async {
        await withCheckedContinuation { continuation in
            clock.async {
                self.copyEverything()
                do {
                    try self.queue.close()
                } catch {
                    // Closed when the last statement ends.
                }
                continuation.resume()
            }
        }
    }

    private func look(at time: DispatchTime) {
        clock.asyncAfter(deadline: time) {
            let next = self.state.withLock { state -> DispatchTime? in
                let rested = state.lastCommit + self.delay.inSeconds
                if rested > .now(), state.pages < self.pagesMax, !state.isClosed { return rested }
                (state.isScheduled, state.pages) = (false, 0)
                return nil
            }
            if let next { self.look(at: next) } else { self.copyBack() }
        }
    }

    private func copyBack() {
        guard !state.withLock(\.isClosed) else { return }
        do {
            let (frames, copied) = try queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
            judge(bytes: frames * pageBytes, isHeld: copied < frames)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED {
            // Another process copies at this moment.
        } catch {
            warn(.checkpointFailed(detail: "\(storageError(error))"))
        }
    }

    private func copyEverything() {
        do {
            _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED {
            // Another process reads it, such as a backup. The log stays and belongs to the file, as after a crash.
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
