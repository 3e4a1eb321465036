package import ScriberrCore
package import ScriberrStore

/// What a request says about a profile.
package struct ProfilePatch: Sendable {
    package var name: Given<String> = .absent
    package var description: Given<String> = .absent
    package var isDefault: Given<Bool> = .absent
    package var options: OptionsPatch = OptionsPatch()

    package init() {}
}

/// Named sets of options, of which at most one per owner is the default.
package struct ProfileService: Sendable {
    package init(database: any Database, models: ModelService, clock: any WallClock) {}

    /// Newest first.
    package func list(_ owner: UserID) async throws -> [Profile] { throw NotYet() }

    /// Throws `VALIDATION_ERROR` with field `name` or `options.…`.
    package func create(_ owner: UserID, _ request: ProfilePatch) async throws -> Profile { throw NotYet() }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: ProfileID) async throws -> Profile { throw NotYet() }

    /// Changes what is given and keeps the rest. Throws `NOT_FOUND` or `VALIDATION_ERROR`.
    package func update(_ owner: UserID, _ id: ProfileID, _ request: ProfilePatch) async throws -> Profile { throw NotYet() }

    /// Throws `NOT_FOUND`. Jobs that were created with it keep their options.
    package func delete(_ owner: UserID, _ id: ProfileID) async throws { throw NotYet() }

    /// Makes it the only default. Throws `NOT_FOUND`.
    package func setDefault(_ owner: UserID, _ id: ProfileID) async throws -> Profile { throw NotYet() }
}
