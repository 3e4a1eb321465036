import ScriberrCore

/// A stream of messages for one reader. Ends when the feed is closed or the reading task is canceled.
package struct FeedStream: AsyncSequence, Sendable {
    package typealias Element = FeedMessage

    let feed: EventFeed
    let request: FeedRequest

    /// Counts as open from here until the iterator goes.
    package func makeAsyncIterator() -> Iterator { Iterator(seat: FeedSeat(feed), request: request) }

    /// Reads the stream.
    package struct Iterator: AsyncIteratorProtocol {
        private let seat: FeedSeat
        private let request: FeedRequest
        private var place: Int64?
        private var pending: ArraySlice<FeedMessage> = []

        fileprivate init(seat: FeedSeat, request: FeedRequest) {
            self.seat = seat
            self.request = request
        }

        /// The next message; nil at the end. Throws what the database throws.
        package mutating func next() async throws -> FeedMessage? {
            while true {
                switch try await step() {
                case .message(let message): return message
                case .caughtUp(let place): await seat.feed.wait(seat.number, request, after: place)
                case .ended: return nil
                }
            }
        }

        /// The next message, or the news that there is none yet, without a wait for one. Throws what the database throws.
        package mutating func step() async throws -> FeedStep {
            do {
                while !seat.feed.isClosed, !Task.isCancelled {
                    if let message = pending.popFirst() { return .message(message) }
                    guard let place else {
                        let (messages, start) = try await seat.feed.beginning(request)
                        (pending, self.place) = (messages[...], start)
                        continue
                    }
                    if let step = try await advance(from: place) { return step }
                }
                return .ended
            } catch is CancellationError {
                return .ended
            }
        }

        /// Goes on behind `place`: somebody else has handed over what lies before it.
        package mutating func goOn(after place: Int64) { self.place = place }

        private mutating func advance(from place: Int64) async throws -> FeedStep? {
            guard let (message, reached) = seat.feed.recent(after: place, request) else {
                let (messages, reached) = try await seat.feed.read(after: place, request)
                (pending, self.place) = (messages[...], reached)
                if messages.isEmpty, reached == place {
                    await seat.feed.wait(seat.number, request, after: place, unlessRecent: true)
                }
                return nil
            }
            self.place = reached
            return message.map(FeedStep.message) ?? .caughtUp(place: reached)
        }
    }
}

/// What a reader of a stream comes to.
package enum FeedStep: Sendable {
    /// A message.
    case message(FeedMessage)
    /// There is nothing behind `place` yet that was read from the log: a ``FeedListener`` hears all that comes.
    case caughtUp(place: Int64)
    /// The feed is closed or the task canceled.
    case ended
}

/// A reader's seat: taken while it lives.
final class FeedSeat: Sendable {
    let feed: EventFeed
    let number: Int

    init(_ feed: EventFeed) {
        self.feed = feed
        number = feed.open()
    }

    deinit { feed.release() }
}
