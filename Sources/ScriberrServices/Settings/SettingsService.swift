package import ScriberrCore
package import ScriberrStore

/// What an owner set for all of their work.
package struct SettingsService: Sendable {
    package init(database: any Database, clock: any WallClock) {}

    /// The owner's settings.
    package func get(_ owner: UserID) async throws -> UserSettings { throw NotYet() }

    /// Changes what is given; an empty `defaultProfileID` clears the default. Throws `VALIDATION_ERROR` with field
    /// `default_profile_id`.
    package func update(
        _ owner: UserID,
        autoTranscriptionEnabled: Bool?,
        defaultProfileID: String?
    ) async throws -> UserSettings { throw NotYet() }
}
