import ScriberrCore

/// The claim that was left with the store for the job that comes next.
struct Standing: Sendable {
    let id: CallID
    let count: Int
    var until: Duration
}

extension QueueMachine {
    /// Leaves a claim with the store while there is nothing to do but wait for work, and takes it back when there is something else. What
    /// was left is as good as a call that was made as soon as it is asked for, taken back or taken.
    mutating func standBy(_ now: Moment) {
        // Slots that will be free once a result is stored are not waited with: that may have to be tried again.
        let count = min(freeSlots, configuration.workers - attempts.count)
        let isIdle = mayClaim && count > 0 && !claiming.isWanted && claiming.notBefore <= now.instant
        guard isIdle, !isDeaf(now), let until = upkeep.heardUntil, standing.map({ $0.count == count }) ?? true else {
            withdrawStanding(now)
            return
        }
        guard standing?.until != until else { return }
        let next = Standing(id: standing?.id ?? calls.name(), count: count, until: until)
        standing = next
        emit(.stand(next.id, claimRequest(count, now), until: until))
    }

    private mutating func withdrawStanding(_ now: Moment) {
        guard let standing else { return }
        self.standing = nil
        calls.open(.claim(standing.count), as: standing.id, now.instant)
        emit(.withdraw(standing.id))
    }

    mutating func taken(_ id: CallID, _ moment: Moment) {
        counts.claims += 1
        if let standing, standing.id == id {
            self.standing = nil
            calls.open(.claim(standing.count), as: id, moment.instant)
        } else {
            // It was just asked for, or to be taken back: for work that came later, as far as anybody knows.
            calls.backdate(id, to: moment.instant)
            claiming.isWanted = true
        }
    }
}
