import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct ModelPullTests {
    private func modelEvents(_ world: World, _ owner: UserID) async throws -> [String] {
        try await world.events(owner).filter { $0.hasPrefix("model.") }
    }

    @Test func `a download tells admins how it goes and ends with the model`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            let begun = try await world.services.models.pull("wide")
            #expect(begun.download?.status == "downloading")
            #expect(await eventually { world.depot.fetches(of: "wide") == 1 })
            world.depot.end("wide")
            #expect(await eventually { (try? await modelEvents(world, ann).last) == "model.ready" })
            #expect(try await modelEvents(world, ann) == ["model.progress", "model.progress", "model.progress", "model.ready"])
            #expect(try await modelEvents(world, ben) == [])
            #expect(try await world.services.models.get("wide").download == nil)
        }
    }

    @Test func `asking twice fetches once`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            async let first = world.services.models.pull("wide")
            async let second = world.services.models.pull("wide")
            _ = try await (first, second)
            #expect(await eventually { world.depot.fetches(of: "wide") == 1 })
            world.depot.end("wide")
            #expect(await eventually { (try? await modelEvents(world, ann).last) == "model.ready" })
            #expect(world.depot.fetches(of: "wide") == 1)
        }
    }

    @Test func `a download that fails says why, and can be asked for again`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            world.depot.end("wide", .failure(ScriberrError(.storageFull, "There is no room.", detail: "/secret/path")))
            _ = try await world.services.models.pull("wide")
            #expect(await eventually { (try? await modelEvents(world, ann).last) == "model.failed" })
            let download = try #require(try await world.services.models.get("wide").download)
            #expect(download.isOver && download.errorCode == .storageFull && download.errorMessage == "There is no room.")
            let events = try await world.database.read { try EventLog.events($0, after: 0, owner: ann, limit: 100) }
            #expect(!events.contains { $0.payload.contains("secret") })
            let again = try await world.services.models.pull("wide")
            #expect(again.download?.isOver == false)
            world.depot.end("wide")
            #expect(await eventually { (try? await modelEvents(world, ann).last) == "model.ready" })
        }
    }

    @Test func `a download outlives its process`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            _ = try await world.services.models.pull("wide")
            #expect(await eventually { world.depot.fetches(of: "wide") == 1 })
            await world.services.modelPulls.close()
            #expect(try await world.services.models.get("wide").download?.status == "downloading")

            let next = ModelPulls(database: world.database, depot: world.depot, clock: world.clock)
            try await next.resume()
            #expect(await eventually { world.depot.fetches(of: "wide") == 2 })
            world.depot.end("wide")
            #expect(await eventually { (try? await modelEvents(world, ann).last) == "model.ready" })
            await next.close()
        }
    }

    @Test func `removing a model that is on its way stops it`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            _ = try await world.services.models.pull("wide")
            #expect(await eventually { world.depot.fetches(of: "wide") == 1 })
            try await world.services.models.remove("wide")
            #expect(try await modelEvents(world, ann).last == "model.removed")
            #expect(try await world.services.models.get("wide").download == nil)
            await expect(Failure(.notFound)) { try await world.services.models.remove("wide") }
        }
    }

    @Test func `only what can be downloaded is, and only what was is removed`() async throws {
        try await World.with { world in
            let models = world.services.models
            await expect(Failure(.notFound)) { try await models.pull("none") }
            await expect(Failure(.conflict)) { try await models.pull("by-hand") }
            await expect(Failure(.conflict)) { try await models.remove("by-hand") }
            await expect(Failure(.conflict)) { try await models.verify("wide") }
            let there = try await models.pull("whisper-base")
            #expect(there.installed)
            #expect(world.depot.fetches(of: "whisper-base") == 0)
        }
    }
}
