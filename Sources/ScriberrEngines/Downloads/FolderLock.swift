import Glibc
import ScriberrCore

/// A lock that one process, and one task in it, can hold at a time. The kernel gives it back when the process dies.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Waits for the lock file at `path`, calling `onWait` again and again meanwhile; gives up when the task is canceled.
    init(_ path: String, clock: ContinuousClock = ContinuousClock(), onWait: () -> Void = {}) async throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw storageError(errno, "open \(path)") }
        do {
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EWOULDBLOCK || errno == EINTR else { throw storageError(errno, "flock \(path)") }
                onWait()
                try await clock.sleep(for: .milliseconds(100))
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Gives the lock back. Keeping the lock alive up to here is the caller's part.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
