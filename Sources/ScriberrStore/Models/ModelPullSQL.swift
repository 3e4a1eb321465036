package import ScriberrCore

/// A model on its way to this machine, or why it did not come.
package struct ModelPull: Sendable, Hashable {
    /// The model's name.
    package var model: String
    package var status: Status
    package var receivedBytes: Int64
    /// When the length is known.
    package var totalBytes: Int64?
    /// Why it failed.
    package var errorCode: ScriberrError.Code?
    /// The sentence that goes with ``errorCode``.
    package var errorMessage: String?

    package enum Status: String, Sendable, Hashable {
        /// It is being fetched, or will be again after a restart.
        case downloading
        case failed
    }

    package init(
        model: String,
        status: Status,
        receivedBytes: Int64 = 0,
        totalBytes: Int64? = nil,
        errorCode: ScriberrError.Code? = nil,
        errorMessage: String? = nil
    ) {
        self.model = model
        self.status = status
        self.receivedBytes = receivedBytes
        self.totalBytes = totalBytes
        self.errorCode = errorCode
        self.errorMessage = errorMessage
    }
}

/// Downloads of models, with an event for each step. All admins hear of them.
package enum ModelPullSQL {
    /// Every download that goes on or failed, by model.
    package static func all(_ db: any SQLConnection) throws -> [ModelPull] {
        try db.query(
            """
            SELECT model, status, received_bytes, total_bytes, error_code, error_message FROM model_pulls ORDER BY model
            """,
            []
        ).map(ModelPull.init(row:))
    }

    /// A download begins, or begins again.
    package static func begin(_ db: any SQLConnection, _ model: String, at now: Timestamp) throws {
        try db.execute(
            """
            INSERT INTO model_pulls (model, status, requested_at, updated_at) VALUES ($1, 'downloading', $2, $3)
            ON CONFLICT (model) DO UPDATE SET status = 'downloading', error_code = NULL, error_message = NULL,
                updated_at = excluded.updated_at
            """,
            [.text(model), .time(now), .time(now)]
        )
        try announceProgress(db, model, received: 0, total: nil, at: now)
    }

    /// Bytes have come.
    package static func progress(
        _ db: any SQLConnection,
        _ model: String,
        received: Int64,
        total: Int64?,
        at now: Timestamp
    ) throws {
        try db.execute(
            """
            UPDATE model_pulls SET received_bytes = $1, total_bytes = $2, updated_at = $3
            WHERE model = $4 AND status = 'downloading'
            """,
            [.integer(received), total.map(SQLValue.integer) ?? .null, .time(now), .text(model)]
        )
        try announceProgress(db, model, received: received, total: total, at: now)
    }

    /// The model is there.
    package static func finish(_ db: any SQLConnection, _ model: String, at now: Timestamp) throws {
        try forget(db, model)
        try announce(db, model, .modelReady, #","installed":true"#, at: now)
    }

    /// The model did not come.
    package static func fail(_ db: any SQLConnection, _ model: String, _ error: ScriberrError, at now: Timestamp) throws {
        try db.execute(
            """
            UPDATE model_pulls SET status = 'failed', error_code = $1, error_message = $2, updated_at = $3 WHERE model = $4
            """,
            [.text(error.code.rawValue), .text(error.message), .time(now), .text(model)]
        )
        let facts = #","code":\#(jsonString(error.code.rawValue)),"message":\#(jsonString(error.message))"#
        try announce(db, model, .modelFailed, facts, at: now)
    }

    /// The model was removed.
    package static func remove(_ db: any SQLConnection, _ model: String, at now: Timestamp) throws {
        try forget(db, model)
        try announce(db, model, .modelRemoved, #","installed":false"#, at: now)
    }

    private static func forget(_ db: any SQLConnection, _ model: String) throws {
        try db.execute("DELETE FROM model_pulls WHERE model = $1", [.text(model)])
    }

    private static func announceProgress(
        _ db: any SQLConnection,
        _ model: String,
        received: Int64,
        total: Int64?,
        at now: Timestamp
    ) throws {
        let share = total.map { $0 > 0 ? min(Double(received) / Double($0), 1) : 0 }
        let shown = share.map { String(($0 * 10_000).rounded() / 10_000) } ?? "null"
        let facts =
            #","status":"downloading","received_bytes":\#(received),"total_bytes":\#(total.map(String.init) ?? "null")"#
            + #","progress":\#(shown)"#
        try announce(db, model, .modelProgress, facts, at: now)
    }

    private static func announce(
        _ db: any SQLConnection,
        _ model: String,
        _ type: EventType,
        _ facts: String,
        at now: Timestamp
    ) throws {
        let admins = try db.query("SELECT id FROM users WHERE role = 'admin' AND is_disabled = 0 ORDER BY id", [])
        for admin in admins {
            try EventLog.note(
                db,
                owner: try admin.user("id"),
                subject: model,
                type: type,
                payload: #"{"id":\#(jsonString(model))\#(facts)}"#,
                at: now
            )
        }
    }
}

extension ModelPull {
    fileprivate init(row: any SQLRow) throws {
        self.init(
            model: try row.text("model"),
            status: try row.choice("status"),
            receivedBytes: try row.integer("received_bytes"),
            totalBytes: try row.optionalInteger("total_bytes"),
            errorCode: try row.optionalText("error_code").map(ScriberrError.Code.init(rawValue:)),
            errorMessage: try row.optionalText("error_message")
        )
    }
}
