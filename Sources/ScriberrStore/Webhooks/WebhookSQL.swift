package import ScriberrCore

/// Webhooks as rows.
package enum WebhookSQL {
    private static let columns = """
        id, owner, url, description, types, job, secret, previous_secret, previous_secret_ends, is_enabled, disabled_reason,
        failing_since, starts_behind, created_at, updated_at
        """

    package static func insert(_ db: any SQLConnection, _ hook: Webhook) throws {
        try db.execute(
            """
            INSERT INTO webhooks (\(columns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            [.id(hook.id), .id(hook.owner)] + changing(hook) + [.time(hook.createdAt), .time(hook.updatedAt)]
        )
    }

    /// Writes all that can change.
    package static func update(_ db: any SQLConnection, _ hook: Webhook) throws {
        try db.execute(
            """
            UPDATE webhooks SET url = $1, description = $2, types = $3, job = $4, secret = $5, previous_secret = $6,
                previous_secret_ends = $7, is_enabled = $8, disabled_reason = $9, failing_since = $10, starts_behind = $11,
                updated_at = $12
            WHERE id = $13
            """,
            changing(hook) + [.time(hook.updatedAt), .id(hook.id)]
        )
    }

    private static func changing(_ hook: Webhook) -> [SQLValue] {
        [
            .text(hook.url), .text(hook.description), .text(hook.types.joined(separator: " ")), .text(hook.job?.text),
            .text(hook.secret.text), .text(hook.previousSecret?.text), .time(hook.previousSecretEnds), .bool(hook.isEnabled),
            .text(hook.disabledReason), .time(hook.failingSince), .integer(hook.startsBehind),
        ]
    }

    package static func get(_ db: any SQLConnection, _ id: WebhookID) throws -> Webhook? {
        try db.query("SELECT \(columns) FROM webhooks WHERE id = $1", [.id(id)]).first.map(webhook)
    }

    /// An owner's subscriptions and the callbacks of their jobs, newest first.
    package static func list(_ db: any SQLConnection, _ owner: UserID, limit: Int) throws -> [Webhook] {
        let sql = "SELECT \(columns) FROM webhooks WHERE owner = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
        return try db.query(sql, [.id(owner), .int(limit)]).map(webhook)
    }

    /// The callbacks of a job.
    package static func callbacks(_ db: any SQLConnection, of job: TranscriptionID) throws -> [Webhook] {
        try db.query("SELECT \(columns) FROM webhooks WHERE job = $1 ORDER BY id", [.id(job)]).map(webhook)
    }

    /// Webhooks behind `place` in the order of their ids, every account's.
    package static func all(_ db: any SQLConnection, behind place: String, limit: Int) throws -> [Webhook] {
        let sql = "SELECT \(columns) FROM webhooks WHERE id > $1 ORDER BY id LIMIT $2"
        return try db.query(sql, [.text(place), .int(limit)]).map(webhook)
    }

    /// How many subscriptions an owner has; callbacks of single jobs do not count.
    package static func count(_ db: any SQLConnection, _ owner: UserID) throws -> Int {
        let sql = "SELECT count(*) AS total FROM webhooks WHERE owner = $1 AND job IS NULL"
        return try db.query(sql, [.id(owner)]).first?.int("total") ?? 0
    }

    /// The enabled webhooks that may want an event: the owner's subscriptions, and callbacks of the job that it is about. An
    /// account that is locked out hears of nothing.
    package static func candidates(_ db: any SQLConnection, for event: Event) throws -> [Webhook] {
        let account = "SELECT id FROM users WHERE id = $1 AND is_disabled = 0"
        guard try !db.query(account, [.id(event.owner)]).isEmpty else { return [] }
        let subscribed = "SELECT \(columns) FROM webhooks WHERE job IS NULL AND owner = $1 AND is_enabled = 1 ORDER BY id"
        let called = "SELECT \(columns) FROM webhooks WHERE job = $1 AND is_enabled = 1 ORDER BY id"
        return try db.query(subscribed, [.id(event.owner)]).map(webhook) + db.query(called, [.text(event.subject)]).map(webhook)
    }

    /// What the enabled webhooks want to hear of: the types of subscriptions, and whether there are callbacks of jobs.
    package static func interest(_ db: any SQLConnection) throws -> (types: Set<String>, hasCallbacks: Bool) {
        let lists = try db.query("SELECT DISTINCT types FROM webhooks WHERE job IS NULL AND is_enabled = 1", [])
        let types = try lists.flatMap { try $0.text("types").split(separator: " ").map(String.init) }
        let callback = try db.query("SELECT id FROM webhooks WHERE job IS NOT NULL AND is_enabled = 1 LIMIT 1", [])
        return (Set(types), !callback.isEmpty)
    }

    /// False when the owner has no such webhook.
    package static func delete(_ db: any SQLConnection, _ owner: UserID, _ id: WebhookID) throws -> Bool {
        try db.execute("DELETE FROM webhooks WHERE id = $1 AND owner = $2", [.id(id), .id(owner)]) == 1
    }

    /// Removes callbacks that were made before `time` and have nothing left to send. Answers how many went.
    package static func deleteOldCallbacks(_ db: any SQLConnection, before time: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM webhooks WHERE id IN (
                SELECT w.id FROM webhooks w WHERE w.job IS NOT NULL AND w.created_at < $1
                    AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook = w.id AND d.status = 'pending')
                    AND NOT EXISTS (
                        SELECT 1 FROM transcriptions t WHERE t.id = w.job AND t.status IN ('queued', 'processing'))
                LIMIT $2)
            """,
            [.time(time), .int(limit)]
        )
    }

    /// How far the event log was turned into deliveries.
    package static func cursor(_ db: any SQLConnection) throws -> Int64 {
        try db.query("SELECT sequence FROM webhook_cursor WHERE id = 1", []).first?.integer("sequence") ?? 0
    }

    /// Moves the cursor on; never back.
    package static func moveCursor(_ db: any SQLConnection, to sequence: Int64) throws {
        try db.execute(
            "UPDATE webhook_cursor SET sequence = $1 WHERE id = 1 AND sequence < $2",
            [.integer(sequence), .integer(sequence)]
        )
    }

    private static func webhook(_ row: any SQLRow) throws -> Webhook {
        var hook = Webhook(
            id: try row.id("id"),
            owner: try row.user("owner"),
            url: try row.text("url"),
            description: try row.text("description"),
            types: try row.text("types").split(separator: " ").map(String.init),
            job: try row.optionalText("job").map(TranscriptionID.init(trusted:)),
            secret: SealedSecret(try row.text("secret")),
            isEnabled: try row.bool("is_enabled"),
            startsBehind: try row.integer("starts_behind"),
            at: try row.time("created_at")
        )
        hook.previousSecret = try row.optionalText("previous_secret").map(SealedSecret.init)
        hook.previousSecretEnds = try row.optionalTime("previous_secret_ends")
        hook.disabledReason = try row.optionalText("disabled_reason")
        hook.failingSince = try row.optionalTime("failing_since")
        hook.updatedAt = try row.time("updated_at")
        return hook
    }
}
