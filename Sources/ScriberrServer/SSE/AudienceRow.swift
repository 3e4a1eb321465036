import NIOCore
import NIOHTTPTypes
import ScriberrServices

/// The part of an ``Audience`` whose connections share an event loop.
final class AudienceRow: @unchecked Sendable {
    // Everything but `seated` is used on the event loop only.
    let eventLoop: any EventLoop
    private var followers: [ObjectIdentifier: Follower] = [:]
    /// How many are seated or about to be. Guarded by the audience's lock.
    var seated = 0

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Has `follower` told of messages; `whenGone` is called with the place that it has reached, once, when it no longer is.
    func seat(_ follower: Follower, whenGone: @escaping (Int64) -> Void) {
        follower.whenGone = whenGone
        if follower.isGone { return follower.end() }
        followers[ObjectIdentifier(follower)] = follower
    }

    /// Stops telling `follower`, whether it is seated or comes later.
    func dismiss(_ follower: Follower) {
        followers[ObjectIdentifier(follower)] = nil
        follower.end()
    }

    func dismissAll() {
        let all = followers.values
        followers = [:]
        for follower in all { follower.end() }
    }

    /// Writes the messages to everybody who wants them. Each is encoded once.
    func tell(_ messages: [FeedMessage]) {
        let frames = messages.map { ByteBuffer(bytes: $0.frame) }
        for follower in followers.values where !follower.tell(messages, frames) { dismiss(follower) }
    }
}

/// A stream that is told of messages. Used on its connection's event loop only.
final class Follower: @unchecked Sendable {
    // `init` hands it over to the event loop, where everything else happens.
    private let request: FeedRequest
    private let channel: any Channel
    private var place: Int64
    private(set) var isGone = false
    var whenGone: ((Int64) -> Void)?

    init(_ request: FeedRequest, _ place: Int64, _ channel: any Channel) {
        self.request = request
        self.place = place
        self.channel = channel
    }

    /// Writes what the stream wants of `messages`; false when its connection has no room for one.
    func tell(_ messages: [FeedMessage], _ frames: [ByteBuffer]) -> Bool {
        var isToFlush = false
        defer { if isToFlush { channel.flush() } }
        for (message, frame) in zip(messages, frames) where message.sequence > place {
            if request.wants(message) {
                guard channel.isWritable else { return false }
                channel.write(HTTPResponsePart.body(frame), promise: nil)
                isToFlush = true
            }
            place = message.sequence
        }
        return true
    }

    /// Gives the stream back to its task.
    func end() {
        isGone = true
        let whenGone = whenGone
        self.whenGone = nil
        whenGone?(place)
    }
}
