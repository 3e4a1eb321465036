import ScriberrCore
import ScriberrEngineWire

/// How waiting for a host ended.
enum HostEnding: Equatable {
    /// The host is ready for orders.
    case ready
    /// The order has ended well.
    case done(OrderReport)
    /// The order was stopped because we asked.
    case stopped
    /// The host, or the order, failed.
    case failed(ScriberrError)
    /// The host died before it took the order: another host may simply be asked.
    case lostBeforeStart(ScriberrError)

    static func violation(_ what: String) -> HostEnding {
        .failed(ScriberrError(.engineFailed, "The speech engine gave an answer that makes no sense.", detail: what))
    }

    static func == (a: HostEnding, b: HostEnding) -> Bool {
        switch (a, b) {
        case (.ready, .ready), (.stopped, .stopped): true
        case (.done(let a), .done(let b)): a == b
        case (.failed(let a), .failed(let b)), (.lostBeforeStart(let a), .lostBeforeStart(let b)): a.code == b.code
        default: false
        }
    }
}

/// What a host's failures are called.
extension ScriberrError {
    static var hostLost: ScriberrError {
        ScriberrError(.engineCrashed, "The speech engine stopped unexpectedly.")
    }

    static func crashed(_ detail: String) -> ScriberrError {
        ScriberrError(.engineCrashed, "The speech engine stopped unexpectedly.", detail: detail)
    }

    static func diedAtStart(_ detail: String) -> ScriberrError {
        ScriberrError(.engineUnavailable, "The speech engine could not start.", disposition: .transient, detail: detail)
    }

    static var slowStart: ScriberrError {
        ScriberrError(.engineTimeout, "The speech engine took too long to start.")
    }

    static func wrongVersion(_ version: Int) -> ScriberrError {
        ScriberrError(
            .engineUnavailable,
            "The speech engine is of another version than the server. Install both from the same release.",
            detail: "wire version \(version), expected \(engineWireVersion)"
        )
    }

    static func hung(_ detail: String) -> ScriberrError {
        ScriberrError(.engineTimeout, "The speech engine made no progress for too long.", detail: detail)
    }

    static func outOfMemory(_ detail: String) -> ScriberrError {
        ScriberrError(.engineOutOfMemory, "The speech engine needed more memory than it may have.", detail: detail)
    }
}
