/// Holds the first pieces of a recording back until they make up as much speech as a recognizer wants to hear before.
struct PreludeGate {
    private let seconds: Double
    private var held: [Piece] = []
    private var isOpen: Bool

    init(seconds: Double) {
        self.seconds = seconds
        isOpen = seconds <= 0
    }

    struct Release {
        /// The prelude, when it has just become complete.
        var prelude: [Piece]?
        var pieces: [Piece]
    }

    /// Takes the next pieces. Nil while they are held back. What the prelude is does not depend on how pieces come.
    mutating func release(_ pieces: [Piece], isLast: Bool) -> Release? {
        if isOpen { return Release(prelude: nil, pieces: pieces) }
        held += pieces
        var speech = 0.0
        let enough = held.firstIndex { piece in
            speech += piece.speechSeconds
            return speech >= seconds
        }
        guard enough != nil || isLast else { return nil }
        isOpen = true
        defer { held = [] }
        return Release(prelude: enough.map { Array(held[...$0]) } ?? held, pieces: held)
    }
}
