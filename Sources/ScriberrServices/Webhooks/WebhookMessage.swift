import ScriberrCore

/// What is sent: `{"type","timestamp","data"}`, small enough to be read at once.
enum WebhookMessage {
    /// The message of an event. Its id grows with the log and is the same for every attempt.
    static func delivery(_ event: Event, to hook: Webhook, at now: Timestamp) -> WebhookDelivery {
        let digits = String(event.sequence)
        let number = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        let rest = event.payload.dropFirst()
        let data = #"{"sequence":\#(event.sequence)"# + (rest == "}" ? "}" : "," + rest)
        return WebhookDelivery(
            id: .make(at: now),
            webhook: hook.id,
            owner: hook.owner,
            messageID: "msg_" + number,
            type: event.type.rawValue,
            body: body(event.type, data, at: event.at),
            nextAttemptAt: now,
            createdAt: now
        )
    }

    /// The body of a message; `data` is a JSON object.
    static func body(_ type: EventType, _ data: String, at time: Timestamp) -> String {
        #"{"type":"\#(type.rawValue)","timestamp":"\#(time.rfc3339)","data":\#(data)}"#
    }
}
