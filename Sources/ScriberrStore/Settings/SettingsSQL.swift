package import ScriberrCore

/// What an owner set, as columns of their row. Only the named column is written.
package enum SettingsSQL {
    /// The owner's settings; nil when there is no such account.
    package static func get(_ db: any SQLConnection, _ owner: UserID) throws -> UserSettings? {
        let sql = """
            SELECT u.auto_transcription, p.id AS profile FROM users u
            LEFT JOIN profiles p ON p.owner = u.id AND p.is_default = 1 WHERE u.id = $1
            """
        return try db.query(sql, [.id(owner)]).first.map { row in
            UserSettings(
                autoTranscriptionEnabled: try row.bool("auto_transcription"),
                defaultProfileID: try row.optionalText("profile").map(ProfileID.init(trusted:))
            )
        }
    }

    /// Switches auto-transcription on or off.
    package static func setAutoTranscription(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ isEnabled: Bool,
        at now: Timestamp
    ) throws {
        try db.execute(
            "UPDATE users SET auto_transcription = $1, updated_at = $2 WHERE id = $3",
            [.bool(isEnabled), .time(now), .id(owner)]
        )
    }
}
