package import ScriberrCore
import ScriberrStore

/// Whether workers take new jobs.
package struct QueuePause: Sendable, Hashable {
    /// Since when they do not.
    package var since: Timestamp
    /// Who wanted it so.
    package var by: String
}

extension EventType {
    /// Workers take no new jobs.
    package static let queuePaused = EventType(rawValue: "queue.paused")
    /// Workers take new jobs again.
    package static let queueResumed = EventType(rawValue: "queue.resumed")
}

extension TranscriptionService {
    /// Since when the queue is paused, and by whom; nil while it is not.
    package func pause() async throws -> QueuePause? {
        try await database.read { try QueuePauseSQL.pause($0).map { QueuePause(since: $0.at, by: $0.by) } }
    }

    /// Has workers take no new jobs, also after a restart; running ones go on. For admins. A second call changes nothing.
    package func pauseQueue(by name: String) async throws {
        let now = clock.now()
        try await database.write { db in
            guard try QueuePauseSQL.set(db, by: name, at: now) else { return }
            try Self.tellAll(db, .queuePaused, by: name, at: now)
        }
    }

    /// Has workers take jobs again. For admins. A second call changes nothing.
    package func resumeQueue(by name: String) async throws {
        let now = clock.now()
        try await database.write { db in
            guard try QueuePauseSQL.clear(db) else { return }
            try Self.tellAll(db, .queueResumed, by: name, at: now)
        }
    }

    /// Everybody's work waits or goes on, so everybody hears of it.
    private static func tellAll(_ db: any SQLConnection, _ type: EventType, by name: String, at now: Timestamp) throws {
        for user in try UserSQL.all(db) {
            try EventLog.append(
                db,
                owner: user.id,
                subject: "queue",
                type: type,
                payload: #"{"by":\#(jsonString(name))}"#,
                at: now
            )
        }
    }
}
