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
    func subscribe(_ db: any SQLConnection, to job: Transcription, _ secrets: SecretBox, at now: Timestamp) throws {
        let hook = Webhook(
            id: .make(at: now),
            owner: job.owner,
            url: url,
            description: "callback",
            types: EventType.ends.map(\.rawValue),
            job: job.id,
            secret: try secrets.close(secret),
            at: now
        )
        _ = try WebhookService.start(db, hook)
    }

    /// Has those who hear of the end of `source` hear of the end of `job` too, under the secrets they know, in the transaction that
    /// makes it. One that its owner turned off stays off; one that was given up gets another chance.
    static func pass(_ db: any SQLConnection, from source: TranscriptionID, to job: Transcription, at now: Timestamp) throws {
        for old in try WebhookSQL.callbacks(db, of: source) {
            var hook = old
            hook.id = .make(at: now)
            hook.job = job.id
            hook.isEnabled = old.isEnabled || old.disabledReason != nil
            (hook.createdAt, hook.updatedAt) = (now, now)
            _ = try WebhookService.start(db, hook)
        }
    }
}
