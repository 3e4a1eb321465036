import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct SearchTests {
    private struct Said {
        var start: Double
        var text: String
    }

    /// A completed job of `owner` in which this was said.
    @discardableResult
    private func job(_ world: World, _ owner: UserID, _ title: String, _ said: [Said]) async throws -> TranscriptionID {
        let job = try await world.job(owner, NewTranscription(title: title))
        let claimed = try #require(try await world.claim())
        let segments = said.map { #"{"id":"s","start":\#($0.start),"end":\#($0.start + 5),"text":"\#($0.text)"}"# }
        let transcript = #"{"text":"","segments":[\#(segments.joined(separator: ","))],"words":[],"engine":{}}"#
        let result = JobResult(transcript: Array(transcript.utf8), text: "")
        _ = try await SQLJobStore(database: world.database).complete(claimed.lease, result, at: world.clock.now())
        try await world.services.indexer.catchUp()
        return job.id
    }

    private func find(_ world: World, _ owner: UserID, _ q: String) async throws -> [(TranscriptionID, SearchMatch?)] {
        let query = try TranscriptionListQuery(parameters: ["q": q, "sort": "created_at"])
        let (page, matches) = try await world.services.transcriptions.search(owner, query)
        return page.items.map { ($0.id, matches[$0.id]) }
    }

    @Test func `words of a transcript are found with their place and time`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let said = [Said(start: 0, text: "Good morning."), Said(start: 12.5, text: "The budget is settled, Jürgen said.")]
            let id = try await job(world, ann, "Monday", said)
            for q in ["budget", "BUDGET", "bud", "settled budget", "jurgen", "JÜRGEN said", "budget morning"] {
                let found = try await find(world, ann, q)
                #expect(found.map(\.0) == [id], "\(q)")
                #expect(found.first?.1?.field == .transcript)
            }
            let match = try await find(world, ann, "budget").first?.1
            #expect(match?.snippet == "The budget is settled, Jürgen said." && match?.start == 12.5)
            for q in ["udget", "budget tuesday", "budget-settled", "settled-budget"] {
                #expect(try await find(world, ann, q).isEmpty, "\(q)")
            }
            #expect(try await find(world, ann, "budget-is").map(\.0) == [id])
        }
    }

    @Test(arguments: [
        ("我们明天在东京开会", "东京", "京东"), ("会議は東京で行います", "東京", "京東"), ("ที่ประชุมกรุงเทพ", "กรุงเทพ", "เทพกรุง"),
        ("Сегодня ёлка", "ЁЛКА", "елки"), ("Η ΟΔΟΣ είναι", "οδός", "δος"), ("हिन्दी में बात", "हिन्दी", "हिन्दू"),
        ("Die STRASSE", "straße", "trasse"), ("오늘 회의가 있다", "회의", "의회"), ("١٢٣ اجتماع", "اجتماع", "جتماع"),
    ])
    func `every script is searched by what its words are`(_ said: String, _ found: String, _ notFound: String) async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let id = try await job(world, ann, "x", [Said(start: 1, text: said)])
            #expect(try await find(world, ann, found).map(\.0) == [id])
            #expect(try await find(world, ann, notFound).isEmpty)
        }
    }

    @Test func `titles that an older version stored are found without their accents`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let id = try await job(world, ann, "Äpfel", [Said(start: 0, text: "x")])
            let file = try await world.file(ann, "A9", title: "Birnen und Äpfel")
            // As the migration found them.
            try await world.database.write { db in
                for (table, id) in [("transcriptions", id.text), ("files", file.id.text)] {
                    try db.execute("UPDATE \(table) SET title_folded = $1 WHERE id = $2", [.text("äpfel"), .text(id)])
                    try db.execute("INSERT INTO titles_pending (id) VALUES ($1)", [.text(id)])
                }
                try db.execute("INSERT INTO titles_pending (id) VALUES ($1)", [.text("tr_gone")])
            }
            #expect(try await find(world, ann, "apfel").isEmpty)
            try await world.services.indexer.foldTitles()
            #expect(try await find(world, ann, "apfel").map(\.0) == [id])
            let files = try await world.services.library.list(ann, FileListQuery(parameters: ["q": "birnen und a"]))
            #expect(files.items.map(\.id) == [file.id])
            #expect(try await world.database.read { try PendingTitles.areThere($0) } == false)
        }
    }

    @Test func `titles are searched as before, and signs of the search language are plain text`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let id = try await job(world, ann, "50% of \"it\"", [Said(start: 0, text: "words NEAR AND OR NOT here")])
            for q in ["50%", "% of", "\"it\"", "near and or not", "wor* her", "words \"here\"", "(words", "words:here'"] {
                _ = try await find(world, ann, q)
            }
            #expect(try await find(world, ann, "% OF").first?.1?.field == .title)
            #expect(try await find(world, ann, "near and or not").map(\.0) == [id])
            #expect(try await find(world, ann, "%").map(\.0) == [id])
            #expect(try await find(world, ann, "_").isEmpty)
        }
    }

    @Test func `what is another's, deleted or replaced is not found`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            let hers = try await job(world, ann, "x", [Said(start: 0, text: "the secret")])
            let his = try await job(world, ben, "x", [Said(start: 0, text: "the secret")])
            #expect(try await find(world, ann, "secret").map(\.0) == [hers])
            try await world.database.write { db in
                let sql = "UPDATE transcripts SET version = 2, content = $1 WHERE job = $2"
                try db.execute(sql, [.blob(Array(#"{"text":"an open word","segments":[]}"#.utf8)), .id(hers)])
            }
            try await world.services.indexer.catchUp()
            #expect(try await find(world, ann, "secret").isEmpty)
            let edited = try await find(world, ann, "open").first?.1
            #expect(edited?.snippet == "an open word" && edited?.start == nil)
            try await world.services.transcriptions.delete(ben, his)
            #expect(try await find(world, ben, "secret").isEmpty)
            try await world.services.indexer.catchUp()
            let left = try await world.database.read { db in
                let passages = try db.query("SELECT job FROM transcript_passages WHERE job = $1", [.id(his)]).count
                // PostgreSQL keeps its index in step by itself.
                guard db.dialect == .sqlite else { return passages }
                let words = "SELECT rowid FROM transcript_words WHERE transcript_words MATCH 'secret'"
                return try passages + db.query(words, []).count
            }
            #expect(left == 0)
        }
    }

    @Test func `a long transcript is cut into passages, and the hit has its own time`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let said = (0..<2_000).map { Said(start: Double($0 * 6), text: "sentence number n\($0) of a very long talk") }
            let id = try await job(world, ann, "x", said)
            let found = try await find(world, ann, "n1777")
            #expect(found.map(\.0) == [id] && found.first?.1?.start == 1_777 * 6)
            // Terms that stand far apart are in one transcript all the same.
            #expect(try await find(world, ann, "n3 n1999").first?.1?.start == 18)
        }
    }

    @Test func `a long segment is cut by its words, and a snippet is short`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let job = try await world.job(ann)
            let claimed = try #require(try await world.claim())
            let spoken = (0..<500).map { "word\($0)" }
            let words = spoken.enumerated().map { #"{"start":\#($0.offset),"end":\#($0.offset).5,"word":"\#($0.element)"}"# }
            let text = spoken.joined(separator: " ")
            let transcript =
                #"{"text":"","segments":[{"start":0,"end":500,"text":"\#(text)"}],"words":[\#(words.joined(separator: ","))]}"#
            let result = JobResult(transcript: Array(transcript.utf8), text: text)
            _ = try await SQLJobStore(database: world.database).complete(claimed.lease, result, at: world.clock.now())
            try await world.services.indexer.catchUp()
            let found = try await find(world, ann, "word333")
            #expect(found.map(\.0) == [job.id])
            let match = try #require(found.first?.1)
            #expect(match.start == 320)
            #expect(match.snippet?.contains("word333") == true && match.snippet?.count ?? 999 <= 202)
        }
    }

    @Test func `a transcript stored before there was a search is made searchable`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let id = try await job(world, ann, "x", [Said(start: 3, text: "old words")])
            try await world.database.write { db in
                try db.execute("DELETE FROM transcript_passages", [])
                try db.execute("INSERT INTO search_pending (job) SELECT job FROM transcripts", [])
            }
            #expect(try await find(world, ann, "old").isEmpty)
            try await world.services.indexer.catchUp()
            #expect(try await find(world, ann, "old").map(\.0) == [id])
        }
    }
}
