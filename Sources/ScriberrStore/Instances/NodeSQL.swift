package import ScriberrCore

/// A process that serves the API beside others.
package struct NodeRecord: Sendable, Hashable {
    package var id: InstanceID
    package var host: String
    package var processID: Int
    package var version: String
    /// Tells whether two nodes sign by the same secret; see ``NodeSQL/announce(_:_:seenSince:)``.
    package var secretPrint: String
    package var startedAt: Timestamp

    package init(id: InstanceID, host: String, processID: Int, version: String, secretPrint: String, startedAt: Timestamp) {
        (self.id, self.host, self.processID, self.version) = (id, host, processID, version)
        (self.secretPrint, self.startedAt) = (secretPrint, startedAt)
    }
}

/// The nodes that serve the API on a shared database.
package enum NodeSQL {
    /// Registers a node, unless one that lives signs by another secret: then nothing is written and that one is answered.
    ///
    /// Nodes that start at once take turns, so that two with different secrets cannot miss each other.
    package static func announce(
        _ connection: any SQLConnection,
        _ node: NodeRecord,
        seenSince time: Timestamp
    ) throws -> (host: String, processID: Int)? {
        if connection.dialect == .postgres {
            _ = try connection.query("SELECT pg_advisory_xact_lock(\(turnLock))::text AS locked", [])
        }
        try connection.execute("DELETE FROM nodes WHERE seen_at < $1", [.time(time)])
        let other = try connection.query(
            "SELECT host, process_id FROM nodes WHERE secret_print <> $1 AND id <> $2 ORDER BY seen_at DESC LIMIT 1",
            [.text(node.secretPrint), .id(node.id)]
        ).first
        if let other { return (try other.text("host"), try other.int("process_id")) }
        try insert(connection, node, at: node.startedAt)
        return nil
    }

    /// Says that a node lives; one that was forgotten is written again.
    package static func heartbeat(_ connection: any SQLConnection, _ node: NodeRecord, at now: Timestamp) throws {
        try insert(connection, node, at: now)
    }

    /// Removes a node.
    package static func leave(_ connection: any SQLConnection, _ id: InstanceID) throws {
        try connection.execute("DELETE FROM nodes WHERE id = $1", [.id(id)])
    }

    private static func insert(_ connection: any SQLConnection, _ node: NodeRecord, at now: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO nodes (id, host, process_id, version, secret_print, started_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
            """,
            [
                .id(node.id), .text(node.host), .int(node.processID), .text(node.version), .text(node.secretPrint),
                .time(node.startedAt), .time(now),
            ]
        )
    }

    private static let turnLock = 0x5C1B_40DE
}
