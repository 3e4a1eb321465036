/// A subscription to events by HTTP, `wh_…`.
package struct WebhookID: PublicID {
    package static let prefix = "wh_"
    package let text: String
    package init(trusted text: String) { self.text = text }
}

/// A secret as it lies in the database: closed, so that who reads the database does not have it.
package struct SealedSecret: Hashable, Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// Where an owner's events are sent to.
package struct Webhook: Hashable, Sendable {
    package var id: WebhookID
    package var owner: UserID
    /// Where deliveries go: `http` or `https`.
    package var url: String
    /// What its owner wrote about it; may be empty.
    package var description: String
    /// The names of the events that are sent.
    package var types: [String]
    /// The one job that it is about: a callback. Nil for every event of the owner.
    package var job: TranscriptionID?
    /// Signs deliveries; opened it is `whsec_` and base64.
    package var secret: SealedSecret
    /// The secret before; deliveries carry a signature of it too until ``previousSecretEnds``.
    package var previousSecret: SealedSecret?
    package var previousSecretEnds: Timestamp?
    /// Whether anything is sent.
    package var isEnabled: Bool
    /// Why nothing is sent, when that was not its owner's choice.
    package var disabledReason: String?
    /// Since when every attempt failed; nil when the last one did not.
    package var failingSince: Timestamp?
    /// Events up to here are none of its business.
    package var startsBehind: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: WebhookID,
        owner: UserID,
        url: String,
        description: String = "",
        types: [String],
        job: TranscriptionID? = nil,
        secret: SealedSecret,
        isEnabled: Bool = true,
        startsBehind: Int64 = 0,
        at time: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.url = url
        self.description = description
        self.types = types
        self.job = job
        self.secret = secret
        self.isEnabled = isEnabled
        self.startsBehind = startsBehind
        createdAt = time
        updatedAt = time
    }

    /// Whether an event is to be sent here.
    package func wants(_ event: Event) -> Bool {
        guard isEnabled, event.owner == owner, event.sequence > startsBehind else { return false }
        return types.contains(event.type.rawValue) && (job == nil || job?.text == event.subject)
    }

    /// The secrets that sign a delivery at this time, the present one first.
    package func signingSecrets(at now: Timestamp) -> [SealedSecret] {
        guard let previousSecret, let previousSecretEnds, previousSecretEnds > now else { return [secret] }
        return [secret, previousSecret]
    }
}
