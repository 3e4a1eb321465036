package import ScriberrCore
import ScriberrStore

/// A webhook and its secret, which is shown this once.
package struct IssuedWebhook: Sendable {
    package let hook: Webhook
    package let secret: String
}

extension WebhookService {
    private static let batch = 200

    /// A new secret, shown this once; the old one signs too for a while. Throws `NOT_FOUND`.
    package func rotateSecret(_ owner: UserID, _ id: WebhookID) async throws -> IssuedWebhook {
        let (now, secret) = (clock.now(), WebhookSecret.make())
        let sealed = try secrets.close(secret)
        let hook = try await change(owner, id) { _, hook in
            hook.previousSecret = hook.secret
            hook.previousSecretEnds = now + policy.secretOverlap
            hook.secret = sealed
            hook.updatedAt = now
        }
        return IssuedWebhook(hook: hook, secret: secret)
    }

    /// Closes the secrets that an earlier version left open, or that were closed with an earlier secret of the server. To be called
    /// once at start. Answers how many webhooks have a secret that cannot be opened.
    package func closeSecrets() async throws -> Int {
        var (place, lost) = ("", 0)
        while true {
            let start = place
            let (last, missed) = try await database.write { db -> (String?, Int) in
                let hooks = try WebhookSQL.all(db, behind: start, limit: Self.batch)
                return (hooks.last?.id.text, try hooks.filter { try !closeAnew(db, $0) }.count)
            }
            lost += missed
            guard let last else { return lost }
            place = last
        }
    }

    /// False when the secret cannot be opened.
    private func closeAnew(_ db: any SQLConnection, _ hook: Webhook) throws -> Bool {
        let stored = [hook.secret] + (hook.previousSecret.map { [$0] } ?? [])
        guard !stored.allSatisfy(secrets.isCurrent) else { return true }
        // A secret that cannot be opened is made anew by its owner.
        guard let secret = try? secrets.open(hook.secret) else { return false }
        var hook = hook
        hook.secret = try secrets.close(secret)
        hook.previousSecret = try hook.previousSecret.flatMap { try? secrets.open($0) }.map(secrets.close)
        try WebhookSQL.update(db, hook)
        return true
    }
}
