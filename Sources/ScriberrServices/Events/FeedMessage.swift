package import ScriberrCore

/// One message of an event stream, encoded once for all who read it.
package struct FeedMessage: Sendable {
    /// The place in the log that a reader has reached with it: `Last-Event-ID`.
    package let sequence: Int64
    /// The event's name: that of an ``EventType``, `snapshot` or `gap`.
    package let name: String
    /// What it is about, such as `tr_…`; empty for `snapshot` and `gap`.
    package let subject: String
    /// The data as one JSON object.
    package let data: String
    /// The message as server-sent events write it: `id`, `event`, `data` and an empty line.
    package let frame: [UInt8]
    let owner: UserID

    init(sequence: Int64, owner: UserID, name: String, subject: String, data: String) {
        self.sequence = sequence
        self.owner = owner
        self.name = name
        self.subject = subject
        self.data = data
        frame = Array("id: \(sequence)\nevent: \(name)\ndata: \(data)\n\n".utf8)
    }

    init(_ event: Event) {
        self.init(
            sequence: event.sequence,
            owner: event.owner,
            name: event.type.rawValue,
            subject: event.subject,
            data: event.payload
        )
    }
}

/// What a reader wants to hear.
package struct FeedRequest: Sendable {
    /// Whose events.
    package var owner: UserID
    /// One thing only, such as `tr_…`.
    package var subject: String?
    /// These types only; nil for all. `snapshot` and `gap` always come.
    package var types: Set<String>?
    /// Goes on behind this place; nil starts with the present state.
    package var after: Int64?

    package init(owner: UserID, subject: String? = nil, types: Set<String>? = nil, after: Int64? = nil) {
        self.owner = owner
        self.subject = subject
        self.types = types
        self.after = after
    }

    /// Whether the message is one that was asked for.
    package func wants(_ message: FeedMessage) -> Bool {
        guard message.owner == owner else { return false }
        if let subject, subject != message.subject { return false }
        return types?.contains(message.name) ?? true
    }
}
