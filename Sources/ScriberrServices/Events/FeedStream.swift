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
            do {
                return try await nextUnlessClosed()
            } catch is CancellationError {
                return nil
            }
        }

        private mutating func nextUnlessClosed() async throws -> FeedMessage? {
            while !seat.feed.isClosed, !Task.isCancelled {
                if let message = pending.popFirst() { return message }
                guard let place else {
                    let (messages, start) = try await seat.feed.beginning(request)
                    (pending, self.place) = (messages[...], start)
                    continue
                }
                if let message = try await advance(from: place) { return message }
            }
            return nil
        }

        private mutating func advance(from place: Int64) async throws -> FeedMessage? {
            guard let (message, reached) = seat.feed.recent(after: place, request) else {
                let (messages, reached) = try await seat.feed.read(after: place, request)
                (pending, self.place) = (messages[...], reached)
                if messages.isEmpty, reached == place { await seat.feed.wait(seat.number, request, after: place) }
                return nil
            }
            self.place = reached
            if message == nil { await seat.feed.wait(seat.number, request, after: reached) }
            return message
        }
    }
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
