import Foundation
import Glibc
import Synchronization
import Testing

/// The programs that run beside a test. Those of one that failed end with the tests.
enum Survivors {
    private static let running = Mutex<Set<Int32>>([])
    private static let isWatching: Bool = atexit { Survivors.end() } == 0

    static func add(_ number: Int32) {
        #expect(isWatching)
        running.withLock { _ = $0.insert(number) }
    }

    static func remove(_ number: Int32) { running.withLock { _ = $0.remove(number) } }

    private static func end() {
        for number in running.withLock({ $0 }) { kill(number, SIGKILL) }
    }
}
