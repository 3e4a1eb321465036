import ScriberrCore
import ScriberrServices
import ScriberrTestSupport
import Testing

@Suite struct ListTests {
    @Test(arguments: ["created_at", "-created_at", "updated_at", "-updated_at", "title", "-title"])
    func `pages hold every row once, in order`(_ sort: String) async throws {
        try await World.with { world in
            let (ann, library) = (try await world.ann(), world.services.library)
            // Pairs of equal titles, so that the id has to decide.
            for number in 0..<7 { try await world.file(ann, "A\(number)", title: "b\(number / 2)") }
            _ = try await world.file(world.ben(), "Aben")
            var (seen, cursor): ([AudioFile], String?) = ([], nil)
            repeat {
                var parameters = ["sort": sort, "limit": "2"]
                parameters["cursor"] = cursor
                let page = try await library.list(ann, FileListQuery(parameters: parameters))
                #expect(page.items.count <= 2)
                (seen, cursor) = (seen + page.items, page.nextCursor)
            } while cursor != nil
            #expect(seen.count == 7 && Set(seen.map(\.id)).count == 7)
            let ascending = sort.hasPrefix("-") ? seen.reversed() : seen
            let isOrdered = zip(ascending, ascending.dropFirst()).allSatisfy { one, two in
                switch sort.split(separator: "-")[0] {
                case "title": (one.title, one.id.text) < (two.title, two.id.text)
                case "created_at": one.createdAt < two.createdAt
                default: one.updatedAt < two.updatedAt
                }
            }
            #expect(isOrdered)
        }
    }

    @Test func `a cursor belongs to its order and its filters`() async throws {
        try await World.with { world in
            let (ann, library) = (try await world.ann(), world.services.library)
            for number in 0..<3 { try await world.file(ann, "A\(number)") }
            let query = try FileListQuery(parameters: ["limit": "1", "q": "talk"])
            let cursor = try #require(try await library.list(ann, query).nextCursor)
            _ = try FileListQuery(parameters: ["q": "TALK", "cursor": cursor])
            for other in [["q": "else"], [:], ["q": "talk", "sort": "title"], ["q": "talk", "kind": "audio"]] {
                let parameters = other.merging(["cursor": cursor]) { $1 }
                await expect(Failure(.validation, "cursor")) { try FileListQuery(parameters: parameters) }
            }
            await expect(Failure(.validation, "cursor")) {
                try TranscriptionListQuery(parameters: ["q": "talk", "cursor": cursor])
            }
        }
    }

    @Test(arguments: [
        ("limit", "0"), ("limit", "101"), ("limit", "x"), ("sort", "size"), ("sort", ""), ("cursor", "!!"), ("cursor", "e30"),
        ("updated_after", "yesterday"), ("status", "completed"), ("kind", "text"),
    ])
    func `a wrong parameter is named`(_ name: String, _ value: String) async {
        await expect(Failure(.validation, name)) { try FileListQuery(parameters: [name: value]) }
    }

    @Test(arguments: [
        ("ÄRGER", "Ärger im Büro"), ("strasse", "Straße 5"), ("100%", "100% done"), ("a_b", "a_b"), ("σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("fé", "Cafe\u{301}"), ("apfel", "Äpfel"), ("ÄPFEL", "Apfelmus"), ("nguyen", "Họ Nguyễn"), ("αθηνα", "Αθήνα"),
        ("й", "йод"), (#"\"#, #"back\slash"#), ("büro", "Ärger im Büro"),
    ])
    func `search folds case and accents and takes wildcards literally`(_ search: String, _ title: String) async throws {
        try await World.with { world in
            let ann = try await world.ann()
            for decoy in ["1000 done", "axb", "nothing", "ид"] { try await world.file(ann, "A" + decoy, title: decoy) }
            try await world.file(ann, "Ahit", title: title)
            let page = try await world.services.library.list(ann, FileListQuery(parameters: ["q": search]))
            #expect(page.items.map(\.title) == [title])
        }
    }

    @Test func `changes after a time are found in any zone`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let old = try await world.file(ann, "A1")
            let new = try await world.file(ann, "A2")
            let after = old.updatedAt.rfc3339.replacing("Z", with: "+00:00")
            let page = try await world.services.library.list(ann, FileListQuery(parameters: ["updated_after": after]))
            #expect(page.items.map(\.id) == [new.id])
        }
    }

    @Test func `transcriptions are filtered by state and title`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let one = try await world.job(ann, NewTranscription(title: "Übung"))
            let two = try await world.job(ann, NewTranscription(title: "other"))
            _ = try await jobs.cancel(ann, two.id)
            let canceled = try await jobs.list(ann, TranscriptionListQuery(parameters: ["status": "canceled"]))
            #expect(canceled.items.map(\.id) == [two.id])
            let found = try await jobs.list(ann, TranscriptionListQuery(parameters: ["q": "übu"]))
            #expect(found.items.map(\.id) == [one.id])
            await expect(Failure(.validation, "status")) { try TranscriptionListQuery(parameters: ["status": "uploaded"]) }
        }
    }

    @Test func `leases and progress do not make a job look changed`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let job = try await world.job(ann)
            let claimed = try #require(try await world.claim())
            let before = try await jobs.get(ann, job.id).updatedAt
            world.clock.advance(by: .seconds(5))
            try await world.hear(claimed, piece: 0, "x")
            #expect(try await jobs.get(ann, job.id).updatedAt == before)
        }
    }
}
