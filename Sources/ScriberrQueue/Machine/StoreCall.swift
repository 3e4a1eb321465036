package import ScriberrCore

/// Names one store call, so that its answer finds its question. Never used twice by a machine.
package struct CallID: Hashable, Sendable {
    /// Grows by one with each call.
    package let number: Int
}

/// What the machine wants of the store. Times are taken when the call is decided.
package enum StoreCall: Sendable {
    /// Tell the others that this process is there.
    case register(at: Timestamp)
    /// Tell the others that it still is.
    case heartbeat(at: Timestamp)
    /// Tell the others that it is gone.
    case unregister
    /// Ask for work.
    case claim(ClaimRequest)
    /// Keep work.
    case renew([Lease], until: Timestamp, at: Timestamp)
    /// Take back what dead processes held.
    case recover(RecoveryRequest)
    /// End an attempt.
    case finish(Lease, TerminalWrite, at: Timestamp)
}

/// How the store answered.
package enum StoreAnswer: Sendable {
    /// It did as told.
    case done
    /// To ``StoreCall/claim(_:)``.
    case claimed(ClaimAnswer)
    /// To ``StoreCall/renew(_:until:at:)``.
    case renewed([LeaseAnswer])
    /// To ``StoreCall/recover(_:)``.
    case recovered([RecoveredJob])
    /// To ``StoreCall/finish(_:_:at:)``.
    case finished(Fenced)
    /// It failed. Whether the write took effect is not known.
    case failed(ScriberrError)
}

extension StoreAnswer {
    /// What a failure of any kind comes to.
    init(failure error: any Error) {
        let known = error as? ScriberrError
        self = .failed(known ?? ScriberrError(.storageFailed, "The store failed.", detail: String(describing: error)))
    }
}

extension TerminalWrite {
    /// The word for logs.
    package var name: String {
        switch self {
        case .complete: "completed"
        case .fail(_, retryAt: nil): "failed"
        case .fail: "retrying"
        case .cancel: "canceled"
        case .release: "released"
        }
    }
}
