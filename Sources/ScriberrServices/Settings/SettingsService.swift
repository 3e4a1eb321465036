package import ScriberrCore
package import ScriberrStore

/// What an owner set for all of their work.
package struct SettingsService: Sendable {
    private let database: any Database
    private let clock: any WallClock

    package init(database: any Database, clock: any WallClock) {
        self.database = database
        self.clock = clock
    }

    /// The owner's settings.
    package func get(_ owner: UserID) async throws -> UserSettings {
        try await database.read { try Self.find($0, owner) }
    }

    /// Changes what is given; an empty `defaultProfileID` clears the default. Throws `VALIDATION_ERROR` with field
    /// `default_profile_id`.
    package func update(
        _ owner: UserID,
        autoTranscriptionEnabled: Bool?,
        defaultProfileID: String?
    ) async throws -> UserSettings {
        let now = clock.now()
        return try await database.write { db in
            if let defaultProfileID { try Self.setDefault(db, owner, defaultProfileID) }
            if let isEnabled = autoTranscriptionEnabled {
                try SettingsSQL.setAutoTranscription(db, owner, isEnabled, at: now)
            }
            let settings = try Self.find(db, owner)
            let profile = settings.defaultProfileID.map { "\"\($0.text)\"" } ?? "null"
            try EventLog.append(
                db,
                owner: owner,
                subject: "settings",
                type: .settingsUpdated,
                payload: #"{"auto_transcription_enabled":\#(settings.autoTranscriptionEnabled),"#
                    + #""default_profile_id":\#(profile)}"#,
                at: now
            )
            return settings
        }
    }

    private static func setDefault(_ db: any SQLConnection, _ owner: UserID, _ text: String) throws {
        guard !text.isEmpty else {
            try ProfileSQL.setDefault(db, owner, nil)
            return
        }
        guard let id = ProfileID(text), try ProfileSQL.get(db, owner, id) != nil else {
            throw ScriberrError(.validation, "There is no such profile.", field: "default_profile_id")
        }
        try ProfileSQL.setDefault(db, owner, id)
    }

    private static func find(_ db: any SQLConnection, _ owner: UserID) throws -> UserSettings {
        guard let settings = try SettingsSQL.get(db, owner) else {
            throw ScriberrError(.unauthorized, "There is no such account.")
        }
        return settings
    }
}
