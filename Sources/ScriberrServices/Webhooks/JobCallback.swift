import ScriberrCore
import ScriberrStore

/// An address that hears of the end of one job, and the secret that signs what it hears.
package struct JobCallback: Sendable {
    package let url: String
    /// Shown once, in the answer that makes the job.
    package let secret: String

    /// A callback with a new secret. The address is checked when the job is made.
    package init(url: String) {
        self.url = url
        secret = WebhookSecret.make()
    }

    /// Subscribes the address to the end of `job`, in the transaction that makes it.
    func subscribe(_ db: any SQLConnection, to job: Transcription, at now: Timestamp) throws {
        let hook = Webhook(
            id: .make(at: now),
            owner: job.owner,
            url: url,
            description: "callback",
            types: EventType.ends.map(\.rawValue),
            job: job.id,
            secret: secret,
            at: now
        )
        _ = try WebhookService.start(db, hook)
    }
}
