package import ScriberrCore
package import ScriberrStore

/// One message of an event stream, encoded once for all who read it.
package struct FeedMessage: Sendable {
    /// The place in the log that a reader has reached with it: `Last-Event-ID`.
    package var sequence: Int64
    /// The event's name: that of an ``EventType``, `snapshot` or `gap`.
    package var name: String
    /// The data as one JSON object.
    package var data: String
    /// The message as server-sent events write it: `id`, `event`, `data` and an empty line.
    package var frame: [UInt8]
}

/// What a reader wants to hear.
package struct FeedRequest: Sendable {
    package var owner: UserID
    /// One thing only, such as `tr_…`.
    package var subject: String?
    /// These types only; nil for all.
    package var types: Set<String>?
    /// Goes on behind this place; nil starts with the present state.
    package var after: Int64?

    package init(owner: UserID, subject: String? = nil, types: Set<String>? = nil, after: Int64? = nil) {
        self.owner = owner
        self.subject = subject
        self.types = types
        self.after = after
    }
}

/// The durable event log as streams: each starts with a `snapshot` of the present state or, behind a known place, with what
/// was missed (`gap`, then `snapshot`, when that is no longer kept), and goes on live. A slow reader holds up no one.
package final class EventFeed: Sendable {
    package init(database: any Database) {}

    /// How many streams are open.
    package var readerCount: Int { 0 }

    /// The messages that `request` asks for, until ``close()`` or the task ends.
    package func subscribe(_ request: FeedRequest) -> FeedStream { FeedStream() }

    /// Tells that the log has grown. To be called after a commit; cheap, never blocks.
    package func wake() {}

    /// Ends every stream, for good.
    package func close() {}
}

/// A stream of messages for one reader.
package struct FeedStream: AsyncSequence, Sendable {
    package typealias Element = FeedMessage

    package func makeAsyncIterator() -> Iterator { Iterator() }

    package struct Iterator: AsyncIteratorProtocol {
        /// The next message; nil when the feed is closed or the task canceled.
        package mutating func next() async throws -> FeedMessage? { throw NotYet() }
    }
}
