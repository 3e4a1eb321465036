/// One message on its way to one webhook, `del_…`.
package struct DeliveryID: PublicID {
    package static let prefix = "del_"
    package let text: String
    package init(trusted text: String) { self.text = text }
}

/// A message that is to be delivered, or was, or could not be.
package struct WebhookDelivery: Hashable, Sendable {
    package var id: DeliveryID
    package var webhook: WebhookID
    package var owner: UserID
    /// The same for every attempt, and greater for later events: `webhook-id`.
    package var messageID: String
    /// The event's name.
    package var type: String
    /// The JSON that is sent.
    package var body: String
    package var status: Status
    /// How often it was tried.
    package var attempts: Int
    /// When it is tried next; for a pending one only.
    package var nextAttemptAt: Timestamp
    package var createdAt: Timestamp
    /// The last attempt.
    package var lastAttemptAt: Timestamp?
    package var lastStatus: Int?
    package var lastError: String?

    package init(
        id: DeliveryID,
        webhook: WebhookID,
        owner: UserID,
        messageID: String,
        type: String,
        body: String,
        status: Status = .pending,
        attempts: Int = 0,
        nextAttemptAt: Timestamp,
        createdAt: Timestamp
    ) {
        self.id = id
        self.webhook = webhook
        self.owner = owner
        self.messageID = messageID
        self.type = type
        self.body = body
        self.status = status
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.createdAt = createdAt
    }

    /// How a delivery stands.
    package enum Status: String, Sendable, CaseIterable {
        case pending, delivered, failed
    }
}

/// One attempt at a delivery.
package struct WebhookAttempt: Hashable, Sendable {
    /// Counts from 1.
    package var number: Int
    package var at: Timestamp
    package var milliseconds: Int
    /// The status of the answer; nil when there was none.
    package var status: Int?
    /// Why there was none, or why it does not count.
    package var error: String?
    /// The beginning of the answer.
    package var response: String

    package init(number: Int, at: Timestamp, milliseconds: Int, status: Int?, error: String?, response: String) {
        self.number = number
        self.at = at
        self.milliseconds = milliseconds
        self.status = status
        self.error = error
        self.response = response
    }
}
