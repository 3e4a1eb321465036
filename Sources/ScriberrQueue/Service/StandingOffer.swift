import ScriberrCore
import Synchronization

/// The standing claim of one queue process: armed and taken back by its run loop, taken by the store on any thread.
final class StandingOffer: StandingClaim {
    private struct State {
        var offer: Offer?
        var lastTaken: CallID?
    }

    private struct Offer {
        let id: CallID
        let request: ClaimRequest
        let until: Duration
    }

    private let state = Mutex(State())
    private let leaseTimeout: Duration
    private let now: @Sendable () -> Moment
    private let report: @Sendable (QueueEvent) -> Void

    init(
        leaseTimeout: Duration,
        now: @escaping @Sendable () -> Moment,
        report: @escaping @Sendable (QueueEvent) -> Void
    ) {
        self.leaseTimeout = leaseTimeout
        self.now = now
        self.report = report
    }

    /// Leaves a claim, unless one of this name was taken.
    func stand(_ id: CallID, _ request: ClaimRequest, until: Duration) {
        state.withLock { state in
            guard state.lastTaken != id else { return }
            state.offer = Offer(id: id, request: request, until: until)
        }
    }

    /// Takes the claim back if it still stands, and says so.
    func withdraw(_ id: CallID) { if remove(id) { report(.withdrawn(id)) } }

    /// Whether the claim `id` is to be made: not if it stood and was taken. It does not stand any more.
    func mayBeMade(_ id: CallID) -> Bool { remove(id) || state.withLock { $0.lastTaken != id } }

    private func remove(_ id: CallID) -> Bool {
        state.withLock { state in
            guard state.offer?.id == id else { return false }
            state.offer = nil
            return true
        }
    }

    func take() -> TakenClaim? {
        let taken = state.withLock { state -> (offer: Offer, at: Moment)? in
            guard let offer = state.offer else { return nil }
            let moment = now()
            guard moment.instant < offer.until else { return nil }
            (state.offer, state.lastTaken) = (nil, offer.id)
            return (offer, moment)
        }
        guard let (offer, moment) = taken else { return nil }
        let report = report
        // Before the answer, which nobody has yet.
        report(.taken(offer.id, moment))
        var request = offer.request
        request.now = moment.wall
        request.leaseExpiresAt = moment.wall + leaseTimeout
        return TakenClaim(request: request) { result in
            switch result {
            case .success(let answer): report(.answered(offer.id, .claimed(answer)))
            case .failure(let error): report(.answered(offer.id, StoreAnswer(failure: error)))
            }
        }
    }
}
