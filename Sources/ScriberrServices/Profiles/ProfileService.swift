import Foundation
package import ScriberrCore
package import ScriberrStore

/// What a request says about a profile.
package struct ProfilePatch: Sendable, Hashable {
    package var name: Given<String> = .absent
    package var description: Given<String> = .absent
    package var isDefault: Given<Bool> = .absent
    package var options: OptionsPatch = OptionsPatch()

    package init() {}
}

/// Named sets of options, of which at most one per owner is the default.
package struct ProfileService: Sendable {
    private let database: any Database
    private let models: ModelService
    private let clock: any WallClock
    private static let nameCharactersMax = 200
    private static let descriptionCharactersMax = 2_000

    package init(database: any Database, models: ModelService, clock: any WallClock) {
        self.database = database
        self.models = models
        self.clock = clock
    }

    /// Newest first.
    package func list(_ owner: UserID) async throws -> [Profile] {
        try await database.read { try ProfileSQL.list($0, owner) }
    }

    /// Throws `VALIDATION_ERROR` with field `name` or `options.…`.
    package func create(
        _ owner: UserID,
        _ request: ProfilePatch,
        answering draft: AnswerDraft<Profile>? = nil
    ) async throws -> Profile {
        let now = clock.now()
        let blank = Profile(
            id: .make(at: now),
            owner: owner,
            name: "",
            description: "",
            isDefault: false,
            options: TranscriptionOptions(),
            createdAt: now,
            updatedAt: now
        )
        let profile = try changed(blank, by: request, at: now)
        try await models.validate(profile.options)
        return try await database.write(answering: draft) { db in
            try ProfileSQL.insert(db, profile)
            if request.isDefault == .value(true) { try ProfileSQL.setDefault(db, owner, profile.id) }
            try Self.announce(db, profile, #""is_default":\#(request.isDefault == .value(true))"#, at: now)
            return try Self.find(db, owner, profile.id)
        }
    }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: ProfileID) async throws -> Profile {
        try await database.read { try Self.find($0, owner, id) }
    }

    /// Changes what is given and keeps the rest. Throws `NOT_FOUND` or `VALIDATION_ERROR`.
    package func update(_ owner: UserID, _ id: ProfileID, _ request: ProfilePatch) async throws -> Profile {
        let now = clock.now()
        let wanted = try changed(try await get(owner, id), by: request, at: now)
        try await models.validate(wanted.options)
        return try await database.write { db in
            let present = try Self.find(db, owner, id)
            try ProfileSQL.update(db, try changed(present, by: request, at: now))
            switch request.isDefault {
            case .value(true): try ProfileSQL.setDefault(db, owner, id)
            case .value(false) where present.isDefault: try ProfileSQL.setDefault(db, owner, nil)
            default: break
            }
            return try Self.find(db, owner, id)
        }
    }

    /// Throws `NOT_FOUND`. Jobs that were created with it keep their options.
    package func delete(_ owner: UserID, _ id: ProfileID) async throws {
        let now = clock.now()
        try await database.write { db in
            let profile = try Self.find(db, owner, id)
            guard try ProfileSQL.delete(db, owner, id) else { throw ScriberrError.noProfile }
            try Self.announce(db, profile, #""deleted":true"#, at: now)
        }
    }

    /// Makes it the only default. Throws `NOT_FOUND`.
    package func setDefault(
        _ owner: UserID,
        _ id: ProfileID,
        answering draft: AnswerDraft<Profile>? = nil
    ) async throws -> Profile {
        let now = clock.now()
        return try await database.write(answering: draft) { db in
            let profile = try Self.find(db, owner, id)
            try ProfileSQL.setDefault(db, owner, id)
            try Self.announce(db, profile, #""is_default":true"#, at: now)
            return try Self.find(db, owner, id)
        }
    }

    private func changed(_ profile: Profile, by request: ProfilePatch, at now: Timestamp) throws -> Profile {
        var profile = profile
        let name = request.name.applied(to: profile.name, cleared: "")
        profile.name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !profile.name.isEmpty, profile.name.count <= Self.nameCharactersMax else {
            throw ScriberrError(
                .validation,
                "A profile's name has 1 to \(Self.nameCharactersMax) characters.",
                field: "name"
            )
        }
        profile.description = request.description.applied(to: profile.description, cleared: "")
        guard profile.description.count <= Self.descriptionCharactersMax else {
            throw ScriberrError(
                .validation,
                "A description has at most \(Self.descriptionCharactersMax) characters.",
                field: "description"
            )
        }
        profile.options = try request.options.applied(to: profile.options, emptyClearsLanguage: true)
        profile.updatedAt = now
        return profile
    }

    private static func find(_ db: any SQLConnection, _ owner: UserID, _ id: ProfileID) throws -> Profile {
        guard let profile = try ProfileSQL.get(db, owner, id) else { throw ScriberrError.noProfile }
        return profile
    }

    private static func announce(_ db: any SQLConnection, _ profile: Profile, _ fact: String, at now: Timestamp) throws {
        try EventLog.append(
            db,
            owner: profile.owner,
            subject: profile.id.text,
            type: .profileUpdated,
            payload: #"{"id":"\#(profile.id.text)",\#(fact)}"#,
            at: now
        )
    }
}

extension ScriberrError {
    fileprivate static let noProfile = ScriberrError(.notFound, "There is no such profile.")
}
