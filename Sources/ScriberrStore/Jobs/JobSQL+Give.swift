import ScriberrCore

extension JobSQL {
    /// Gives away the rows that a claim has found, on SQLite. Nobody else writes meanwhile, and an update that answers what it has
    /// changed costs SQLite a table for the answer.
    static func give(_ connection: any SQLConnection, _ rows: [any SQLRow], _ request: ClaimRequest) throws {
        let sql = ClaimShape.gift(request.policy)
        for row in rows {
            try connection.perform(
                sql,
                [
                    .id(request.instance), .time(request.leaseExpiresAt), .time(request.now), .time(request.now),
                    .integer(try row.integer("place")),
                ]
            )
        }
    }
}

extension ClaimShape {
    /// Gives one job away. Arguments: instance, end of the lease, now twice, the place of its row, which holds for the transaction.
    static func gift(_ policy: SchedulingPolicy) -> String {
        switch policy {
        case .fifo: fifoGift
        case .fairShare: fairGift
        }
    }

    private static let fifoGift = giftText(.fifo)
    private static let fairGift = giftText(.fairShare)

    private static func giftText(_ policy: SchedulingPolicy) -> String {
        "UPDATE transcriptions SET \(changes(policy)) WHERE rowid = $5 AND status = 'queued'"
    }

    /// What a claim changes of a job. Arguments: instance, end of the lease, now twice.
    static func changes(_ policy: SchedulingPolicy) -> String {
        """
        status = 'processing', attempt = attempt + 1, claimed_by = $1, lease_expires_at = $2, progress = \(Transcription.progressAtClaim), \
        stage = 'preparing', error_code = NULL, error_message = NULL, charge = \(charge(policy)), started_at = $3, updated_at = $4
        """
    }

    /// What a claim adds to the owner's virtual time.
    static func charge(_ policy: SchedulingPolicy) -> String {
        policy == .fairShare ? "coalesce(audio_seconds, \(Lanes.unknownAudioSeconds)) + 1" : "0"
    }
}
