package import ScriberrCore

/// Deliveries and their attempts as rows.
package enum DeliverySQL {
    private static let columns = """
        id, webhook, owner, message_id, type, body, status, attempts, next_attempt_at, created_at, last_attempt_at,
        last_status, last_error
        """

    /// Notes a message that is to be sent; one that was noted before stays as it is.
    package static func insert(_ db: any SQLConnection, _ delivery: WebhookDelivery) throws {
        try db.execute(
            """
            INSERT INTO webhook_deliveries
                (id, webhook, owner, message_id, type, body, status, attempts, next_attempt_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """,
            [
                .id(delivery.id), .id(delivery.webhook), .id(delivery.owner), .text(delivery.messageID), .text(delivery.type),
                .text(delivery.body), .text(delivery.status.rawValue), .int(delivery.attempts), .time(delivery.nextAttemptAt),
                .time(delivery.createdAt),
            ]
        )
    }

    package static func get(_ db: any SQLConnection, _ id: DeliveryID) throws -> WebhookDelivery? {
        try db.query("SELECT \(columns) FROM webhook_deliveries WHERE id = $1", [.id(id)]).first.map(delivery)
    }

    /// A webhook's deliveries, newest first, from behind `place`.
    package static func list(
        _ db: any SQLConnection,
        _ webhook: WebhookID,
        status: WebhookDelivery.Status?,
        before place: DeliveryID?,
        limit: Int
    ) throws -> [WebhookDelivery] {
        var conditions = ["webhook = $1"]
        var arguments: [SQLValue] = [.id(webhook)]
        if let status {
            arguments.append(.text(status.rawValue))
            conditions.append("status = $\(arguments.count)")
        }
        if let place {
            arguments.append(.id(place))
            conditions.append("id < $\(arguments.count)")
        }
        arguments.append(.int(limit))
        return try db.query(
            """
            SELECT \(columns) FROM webhook_deliveries WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id DESC LIMIT $\(arguments.count)
            """,
            arguments
        ).map(delivery)
    }

    /// Takes up to `limit` messages of a webhook that are due, and puts them off until `until`: if their sender dies, they are
    /// due again then.
    package static func claim(
        _ db: any SQLConnection,
        _ webhook: WebhookID,
        at now: Timestamp,
        until: Timestamp,
        limit: Int
    ) throws -> [WebhookDelivery] {
        let due = try db.query(
            """
            SELECT \(columns) FROM webhook_deliveries
            WHERE webhook = $1 AND status = 'pending' AND next_attempt_at <= $2 ORDER BY next_attempt_at, message_id LIMIT $3
            """,
            [.id(webhook), .time(now), .int(limit)]
        ).map(delivery)
        return try due.filter { delivery in
            let sql = """
                UPDATE webhook_deliveries SET next_attempt_at = $1
                WHERE id = $2 AND status = 'pending' AND next_attempt_at = $3
                """
            return try db.execute(sql, [.time(until), .id(delivery.id), .time(delivery.nextAttemptAt)]) == 1
        }
    }

    /// Webhooks with messages that are due, longest waiting first; those of accounts that are locked out wait.
    package static func due(_ db: any SQLConnection, at now: Timestamp, limit: Int) throws -> [WebhookID] {
        let sql = """
            SELECT webhook, min(next_attempt_at) AS first FROM webhook_deliveries
            WHERE status = 'pending' AND next_attempt_at <= $1
                AND owner IN (SELECT id FROM users WHERE is_disabled = 0)
            GROUP BY webhook ORDER BY first LIMIT $2
            """
        return try db.query(sql, [.time(now), .int(limit)]).map { try $0.id("webhook") }
    }

    /// Notes an attempt and how the delivery stands after it.
    package static func note(_ db: any SQLConnection, _ delivery: WebhookDelivery, _ attempt: WebhookAttempt) throws {
        try db.execute(
            """
            UPDATE webhook_deliveries SET status = $1, attempts = $2, next_attempt_at = $3, last_attempt_at = $4,
                last_status = $5, last_error = $6
            WHERE id = $7
            """,
            [
                .text(delivery.status.rawValue), .int(delivery.attempts), .time(delivery.nextAttemptAt), .time(attempt.at),
                attempt.status.map { .int($0) } ?? .null, .text(attempt.error), .id(delivery.id),
            ]
        )
        try db.execute(
            """
            INSERT INTO webhook_attempts (delivery, number, at, milliseconds, status, error, response)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """,
            [
                .id(delivery.id), .int(attempt.number), .time(attempt.at), .int(attempt.milliseconds),
                attempt.status.map { .int($0) } ?? .null, .text(attempt.error), .text(attempt.response),
            ]
        )
    }

    /// The attempts at a delivery, oldest first.
    package static func attempts(_ db: any SQLConnection, _ id: DeliveryID) throws -> [WebhookAttempt] {
        let sql = """
            SELECT number, at, milliseconds, status, error, response FROM webhook_attempts WHERE delivery = $1 ORDER BY number
            """
        return try db.query(sql, [.id(id)]).map { row in
            WebhookAttempt(
                number: try row.int("number"),
                at: try row.time("at"),
                milliseconds: try row.int("milliseconds"),
                status: try row.optionalInteger("status").map(Int.init),
                error: try row.optionalText("error"),
                response: try row.text("response")
            )
        }
    }

    /// Makes a delivery due now, whatever became of it. False when there is none.
    package static func replay(_ db: any SQLConnection, _ id: DeliveryID, at now: Timestamp) throws -> Bool {
        let sql = "UPDATE webhook_deliveries SET status = 'pending', next_attempt_at = $1 WHERE id = $2"
        return try db.execute(sql, [.time(now), .id(id)]) == 1
    }

    /// Gives up what a webhook still had to be sent.
    package static func giveUp(_ db: any SQLConnection, _ webhook: WebhookID, reason: String) throws {
        try db.execute(
            "UPDATE webhook_deliveries SET status = 'failed', last_error = $1 WHERE webhook = $2 AND status = 'pending'",
            [.text(reason), .id(webhook)]
        )
    }

    /// Removes ended deliveries that were made before `time`. Answers how many went.
    package static func prune(_ db: any SQLConnection, before time: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM webhook_deliveries WHERE id IN (
                SELECT id FROM webhook_deliveries WHERE created_at < $1 AND status <> 'pending'
                ORDER BY created_at LIMIT $2)
            """,
            [.time(time), .int(limit)]
        )
    }

    private static func delivery(_ row: any SQLRow) throws -> WebhookDelivery {
        var delivery = WebhookDelivery(
            id: try row.id("id"),
            webhook: try row.id("webhook"),
            owner: try row.user("owner"),
            messageID: try row.text("message_id"),
            type: try row.text("type"),
            body: try row.text("body"),
            status: try row.choice("status"),
            attempts: try row.int("attempts"),
            nextAttemptAt: try row.time("next_attempt_at"),
            createdAt: try row.time("created_at")
        )
        delivery.lastAttemptAt = try row.optionalTime("last_attempt_at")
        delivery.lastStatus = try row.optionalInteger("last_status").map(Int.init)
        delivery.lastError = try row.optionalText("last_error")
        return delivery
    }
}
