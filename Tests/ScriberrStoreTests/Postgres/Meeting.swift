import Foundation
import Synchronization

/// Threads that wait for each other, the first time.
final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let condition = DispatchGroup()

    init(of count: Int) {
        missing = Mutex(count)
        condition.enter()
    }

    /// Returns once as many came as were to come; later at once.
    func meet() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { condition.leave() }
        condition.wait()
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}
