import ScriberrCore

/// Each owner's waiting work by priority, with its first job and the owner's virtual time.
///
/// Fair share is start-time fair queueing in audio-seconds: the lane with the least virtual time goes first and is charged
/// for what it took; whoever comes back after having nothing to do takes part at the virtual time of the last claim, so
/// that idling saves nothing up. What is stored costs a claim a few microseconds, whatever the number of owners; ranking them
/// anew would cost a fifth of a second with ten thousand.
///
/// Lanes are kept from the first claim by them on: plain FIFO, which most run, does without. See ``takeTurn(_:)``.
enum Lanes {
    /// What a job of unknown length counts for.
    static let unknownAudioSeconds = 300.0

    /// A job became due that was not. Only the head of a lane matters, so that most arrivals change nothing.
    static func noteArrival(_ connection: any SQLConnection, _ job: Transcription) throws {
        try connection.perform(
            arrival[connection.dialect],
            [.id(job.owner), .int(job.priority), .time(job.queuedAt), .time(job.createdAt), .id(job.id)]
        )
    }

    /// Makes sure that the lane of a job that waits for its time is there when the time comes: ``refresh(_:owner:charge:)``
    /// changes lanes and makes none.
    static func open(_ connection: any SQLConnection, _ job: Transcription) throws {
        try connection.perform(
            """
            INSERT INTO queue_lanes (owner, priority, virtual_time)
            SELECT $1, $2, virtual_time FROM queue_clock WHERE id = 1 AND lanes_kept = 1
            ON CONFLICT (owner, priority) DO NOTHING
            """,
            [.id(job.owner), .int(job.priority)]
        )
    }

    /// Finds the heads of an owner's lanes anew and adds `charge` to the owner's virtual time.
    static func refresh(_ connection: any SQLConnection, owner: UserID, charge: Double = 0) throws {
        try connection.perform(refreshment[connection.dialect], [.real(charge), .id(owner)])
    }

    /// Moves the clock to the virtual time of a lane that is about to be served.
    static func advanceClock(_ connection: any SQLConnection, owner: UserID, priority: Int) throws {
        try connection.perform(clockAdvance[connection.dialect], [.id(owner), .int(priority)])
    }

    private static let arrival = DialectText { arrivalText($0, owner: 1, priority: 2, queuedAt: 3, createdAt: 4, id: 5) }

    /// The statement of an arrival, with the numbers of its arguments.
    static func arrivalText(
        _ dialect: SQLDialect,
        owner: Int,
        priority: Int,
        queuedAt: Int,
        createdAt: Int,
        id: Int
    ) -> String {
        """
        INSERT INTO queue_lanes (owner, priority, head_queued_at, head_created_at, head_id, virtual_time)
        SELECT $\(owner), $\(priority), $\(queuedAt), $\(createdAt), $\(id), virtual_time FROM queue_clock WHERE id = 1 AND lanes_kept = 1
        ON CONFLICT (owner, priority) DO UPDATE SET
            head_queued_at = excluded.head_queued_at,
            head_created_at = excluded.head_created_at,
            head_id = excluded.head_id,
            virtual_time = CASE WHEN queue_lanes.head_id IS NULL
                THEN \(dialect.greatest)(queue_lanes.virtual_time, excluded.virtual_time)
                ELSE queue_lanes.virtual_time END
        WHERE queue_lanes.head_id IS NULL
            OR (excluded.head_queued_at, excluded.head_created_at, excluded.head_id)
                < (queue_lanes.head_queued_at, queue_lanes.head_created_at, queue_lanes.head_id)
        """
    }

    private static let refreshment = DialectText { dialect in
        """
        UPDATE queue_lanes SET
            virtual_time = $1 + CASE WHEN head_id IS NULL
                THEN \(dialect.greatest)(virtual_time, (SELECT virtual_time FROM queue_clock WHERE id = 1))
                ELSE virtual_time END,
            \(head)
        WHERE owner = $2 AND EXISTS (SELECT 1 FROM queue_clock WHERE lanes_kept = 1)
        """
    }

    /// Finds the first job of a lane.
    static let head = """
        (head_queued_at, head_created_at, head_id) = (
            SELECT job.queued_at, job.created_at, job.id FROM transcriptions AS job
            WHERE job.owner = queue_lanes.owner AND job.priority = queue_lanes.priority
                AND job.status = 'queued' AND job.is_due = 1
            ORDER BY job.queued_at, job.created_at, job.id LIMIT 1
        )
        """

    private static let clockAdvance = DialectText { dialect in
        """
        UPDATE queue_clock SET virtual_time = \(dialect.greatest)(
            virtual_time,
            coalesce((SELECT virtual_time FROM queue_lanes WHERE owner = $1 AND priority = $2), 0)
        ) WHERE id = 1
        """
    }
}
