import NIOCore
import ScriberrServices
import Synchronization

/// The event streams that keep up. Each message goes to all that want it in one go on each event loop, and no task is woken.
///
/// A stream whose connection has no room is given back to its task, which reads on at its own pace and comes again when it has
/// caught up. So a slow reader holds up no one here either.
final class Audience: FeedListener {
    private struct State {
        /// The newest message that was heard.
        var heard: Int64 = 0
        var rows: [ObjectIdentifier: AudienceRow] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// How many streams are told of messages here, as of now.
    var followerCount: Int { state.withLock { $0.rows.values.reduce(0) { $0 + $1.seated } } }

    func hear(_ messages: [FeedMessage]) {
        guard let last = messages.last else { return }
        let rows = state.withLock { state in
            state.heard = max(state.heard, last.sequence)
            return state.rows.values.filter { $0.seated > 0 }
        }
        for row in rows { row.eventLoop.execute { row.tell(messages) } }
    }

    func feedHasClosed() {
        let rows = state.withLock { state in
            state.isClosed = true
            return Array(state.rows.values)
        }
        for row in rows { row.eventLoop.execute { row.dismissAll() } }
    }

    /// Tells the stream on `channel` of every message behind `place` that `request` wants, until it falls behind or the task is
    /// canceled. Answers the place that it has reached; at once when that lies behind what was heard.
    func follow(_ request: FeedRequest, after place: Int64, over channel: any Channel) async -> Int64 {
        let row = row(of: channel.eventLoop)
        let follower = Follower(request, place, channel)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                channel.eventLoop.execute {
                    guard self.takeSeat(in: row, after: place) else { return continuation.resume(returning: place) }
                    row.seat(follower) { reached in
                        self.state.withLock { _ in row.seated -= 1 }
                        continuation.resume(returning: reached)
                    }
                }
            }
        } onCancel: {
            channel.eventLoop.execute { row.dismiss(follower) }
        }
    }

    /// False when a message was heard that lies behind `place`: what is heard from now on is told, what was heard before is not.
    private func takeSeat(in row: AudienceRow, after place: Int64) -> Bool {
        state.withLock { state in
            guard !state.isClosed, place >= state.heard else { return false }
            row.seated += 1
            return true
        }
    }

    private func row(of eventLoop: any EventLoop) -> AudienceRow {
        state.withLock { state in
            if let row = state.rows[ObjectIdentifier(eventLoop)] { return row }
            let row = AudienceRow(eventLoop)
            state.rows[ObjectIdentifier(eventLoop)] = row
            return row
        }
    }
}
