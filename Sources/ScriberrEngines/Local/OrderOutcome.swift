import ScriberrCore
import ScriberrEngineWire

/// How one attempt at an order went, as its caller sees it.
struct OrderOutcome: Sendable {
    let result: Result

    enum Result: Sendable {
        case done(OrderReport)
        case failed(any Error)
        /// The host had died while idle; nothing has happened.
        case lost
    }

    /// Decides once. An error of the caller's own comes first, for it is why the order was stopped.
    init(_ ending: HostEnding, _ deliveryError: (any Error)?, wasWarm: Bool) {
        switch ending {
        case _ where deliveryError != nil: result = .failed(deliveryError ?? CancellationError())
        case .done(let report): result = .done(report)
        case .stopped: result = .failed(Task.isCancelled ? CancellationError() : Self.closing)
        case .failed(let error): result = .failed(error)
        case .lostBeforeStart(let error): result = wasWarm && !Task.isCancelled ? .lost : .failed(error)
        case .ready: result = .failed(ScriberrError.hostLost)
        }
    }

    /// The failure, when it was the engine's.
    var failure: ScriberrError? {
        if case .failed(let error) = result { error as? ScriberrError } else { nil }
    }

    func get() throws -> OrderReport {
        switch result {
        case .done(let report): return report
        case .failed(let error): throw error
        case .lost: throw ScriberrError.hostLost
        }
    }

    private static var closing: ScriberrError {
        ScriberrError(.engineUnavailable, "The speech engine is shutting down.", disposition: .transient)
    }
}
