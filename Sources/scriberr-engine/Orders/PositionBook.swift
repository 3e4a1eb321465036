import Synchronization

/// How far an order is: up to where everything has been heard, by scanning and recognizing together.
final class PositionBook: Sendable {
    private struct State {
        var scanned: Double
        /// Starts of the pieces that are not yet recognized, by index.
        var open: [Int: Double] = [:]
        var told: Double
    }

    private let state: Mutex<State>

    init(start: Double) { state = Mutex(State(scanned: start, told: start)) }

    /// Every piece that starts before `position` has been entered with ``open(_:)``.
    func scanned(to position: Double) { state.withLock { $0.scanned = max($0.scanned, position) } }

    func open(_ piece: Piece) { state.withLock { $0.open[piece.index] = piece.start } }

    func close(_ index: Int) { state.withLock { _ = $0.open.removeValue(forKey: index) } }

    /// The position, when it has grown since it was last asked for.
    func news() -> Double? {
        state.withLock { state in
            let position = min(state.open.values.min() ?? .infinity, state.scanned)
            guard position > state.told else { return nil }
            state.told = position
            return position
        }
    }
}
