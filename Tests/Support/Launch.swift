public import Foundation
import Synchronization

private let turn = Mutex(())

/// Starts a child process, one at a time.
///
/// Foundation's `Process.run()` on Linux was seen to crash when several threads of a test run started children at once.
public func launch(_ process: Process) throws {
    try turn.withLock { _ in try process.run() }
}
