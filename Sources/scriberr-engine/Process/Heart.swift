import Foundation
import ScriberrEngineWire
import Synchronization

/// Beats every second on a thread of its own while an order runs, and sees to it that no host outlives its server.
final class Heart: Sendable {
    private let state = Mutex<State>(State())

    private struct State {
        var onBeat: (@Sendable () -> Void)?
    }

    /// Starts the thread. It lives as long as the process.
    init(wire: EventWriter) {
        let parent = getppid()
        let thread = Thread { [weak self] in
            while let self {
                Thread.sleep(forTimeInterval: 1)
                // The wire's end tells the same unless some other process has inherited it. The kernel's own signal
                // (PR_SET_PDEATHSIG) would come when the server's *thread* that started us ends.
                if getppid() != parent { ProcessRules.end(HostExit.parentGone) }
                guard let onBeat = state.withLock({ $0.onBeat }) else { continue }
                wire.send(.heartbeat)
                onBeat()
            }
        }
        thread.name = "heart"
        thread.start()
    }

    /// Beats while `body` runs, calling `onBeat` after each beat.
    func beat<Value>(_ onBeat: @escaping @Sendable () -> Void, during body: () async throws -> Value) async rethrows -> Value {
        state.withLock { $0.onBeat = onBeat }
        defer { state.withLock { $0.onBeat = nil } }
        return try await body()
    }
}
