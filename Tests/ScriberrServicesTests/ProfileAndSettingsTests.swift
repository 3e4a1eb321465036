import ScriberrCore
import ScriberrServices
import ScriberrTestSupport
import Testing

@Suite struct ProfileAndSettingsTests {
    private func patch(_ name: String, isDefault: Bool? = nil) -> ProfilePatch {
        var patch = ProfilePatch()
        patch.name = .value(name)
        if let isDefault { patch.isDefault = .value(isDefault) }
        return patch
    }

    @Test func `settings and profiles tell one truth about the default`() async throws {
        try await World.with { world in
            let (ann, profiles, settings) = (try await world.ann(), world.services.profiles, world.services.settings)
            let one = try await profiles.create(ann, patch("one", isDefault: true))
            let two = try await profiles.create(ann, patch("two", isDefault: true))
            #expect(try await profiles.list(ann).filter(\.isDefault).map(\.id) == [two.id])
            #expect(try await settings.get(ann).defaultProfileID == two.id)
            _ = try await settings.update(ann, autoTranscriptionEnabled: nil, defaultProfileID: one.id.text)
            #expect(try await profiles.get(ann, one.id).isDefault)
            _ = try await profiles.update(ann, two.id, patch("two", isDefault: false))
            #expect(try await settings.get(ann).defaultProfileID == one.id)
            try await profiles.delete(ann, one.id)
            #expect(try await settings.get(ann).defaultProfileID == nil)
        }
    }

    @Test func `a patch changes only what it names`() async throws {
        try await World.with { world in
            let (ann, profiles) = (try await world.ann(), world.services.profiles)
            var full = patch("one")
            full.description = .value("about")
            full.options = try OptionsPatch(text: #"{"model":"wide","language":"fr","diarization":true}"#)
            let profile = try await profiles.create(ann, full)
            var small = ProfilePatch()
            small.options.language = .null
            let changed = try await profiles.update(ann, profile.id, small)
            #expect(changed.name == "one" && changed.description == "about")
            #expect(changed.options.model == "wide" && changed.options.language == nil && changed.options.diarization)
        }
    }

    @Test func `profiles are checked like jobs`() async throws {
        try await World.with { world in
            let (ann, ben, profiles) = (try await world.ann(), try await world.ben(), world.services.profiles)
            await expect(Failure(.validation, "name")) { try await profiles.create(ann, patch(" ")) }
            var bad = patch("x")
            bad.options.model = .value("base")
            await expect(Failure(.validation, "options.model")) { try await profiles.create(ann, bad) }
            let profile = try await profiles.create(ann, patch("x"))
            await expect(Failure(.notFound)) { try await profiles.get(ben, profile.id) }
            let foreign = await failure {
                try await world.services.settings.update(ben, autoTranscriptionEnabled: nil, defaultProfileID: profile.id.text)
            }
            #expect(foreign == Failure(.validation, "default_profile_id"))
        }
    }

    @Test func `changing settings at once with the password loses neither`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await world.services.accounts.changePassword(
                        ann,
                        current: "password",
                        new: "new-secret",
                        confirmation: "new-secret"
                    )
                }
                for _ in 0..<5 {
                    group.addTask {
                        _ = try await world.services.settings.update(ann, autoTranscriptionEnabled: true, defaultProfileID: nil)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await world.services.settings.get(ann).autoTranscriptionEnabled)
            _ = try await world.services.accounts.login(username: "ann", password: "new-secret", address: "1")
        }
    }

    @Test func `reading a profile leaves no event`() async throws {
        try await World.with { world in
            let (ann, profiles) = (try await world.ann(), world.services.profiles)
            let profile = try await profiles.create(ann, patch("one"))
            _ = try await profiles.get(ann, profile.id)
            _ = try await profiles.setDefault(ann, profile.id)
            try await profiles.delete(ann, profile.id)
            _ = try await world.services.settings.update(ann, autoTranscriptionEnabled: false, defaultProfileID: nil)
            #expect(try await world.events(ann) == ["profile.updated", "profile.updated", "profile.updated", "settings.updated"])
        }
    }
}
