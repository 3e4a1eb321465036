import ScriberrCore
import ScriberrEngineWire

/// One order as its messages have told it so far.
struct HostWork {
    let order: String
    let isDiarization: Bool
    /// The next piece that must come; they come in order, each once.
    private(set) var nextPiece: Int
    private(set) var isAccepted = false
    private(set) var isLoading = false
    private var position = -Double.infinity

    init(order: String, firstPiece: Int = 0, isDiarization: Bool = false) {
        self.order = order
        self.isDiarization = isDiarization
        nextPiece = firstPiece
    }

    /// What a message means.
    enum Meaning: Equatable {
        /// Only that the host lives.
        case nothing
        /// Work went on, and the caller wants to know.
        case advance
        /// The host broke the rules.
        case violation(String)
        case end(HostEnding)
    }

    /// Takes note of a message of this order.
    mutating func take(_ event: EngineEvent) -> Meaning {
        switch event {
        case .ready, .heartbeat: return .nothing
        case .accepted:
            isAccepted = true
            return .nothing
        case .loading:
            isLoading = true
            return .advance
        case .loaded:
            isLoading = false
            return .advance
        case .audio, .turns:
            return .advance
        case .progress(_, let position):
            guard position > self.position else { return .nothing }
            self.position = position
            return .advance
        case .piece(_, let piece):
            guard piece.index == nextPiece else { return .violation("piece \(piece.index) instead of \(nextPiece)") }
            nextPiece += 1
            return .advance
        case .done(_, let report):
            return .end(.done(report))
        case .failed(_, let code, let message, let detail):
            return .end(.failed(ScriberrError(ScriberrError.Code(rawValue: code), message, detail: detail)))
        }
    }
}

extension EngineEvent {
    /// The order that this message belongs to; nil for those that belong to none.
    var order: String? {
        switch self {
        case .ready, .heartbeat: nil
        case .accepted(let order), .loading(let order, _), .loaded(let order, _, _), .audio(let order, _),
            .progress(let order, _), .piece(let order, _), .turns(let order, _), .done(let order, _),
            .failed(let order, _, _, _):
            order
        }
    }

    /// Whether the host is idle after this message.
    var endsOrder: Bool {
        switch self {
        case .done, .failed: true
        default: false
        }
    }
}
