import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct EventFeedTests {
    @Test func `a stream starts with the present state and goes on live`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let job = try await world.job(ann)
            var stream = world.services.events.subscribe(FeedRequest(owner: ann, subject: job.id.text)).makeAsyncIterator()
            let snapshot = try #require(try await stream.next())
            #expect(snapshot.name == "snapshot" && snapshot.data.contains(#""status":"queued""#))
            _ = try await world.services.transcriptions.cancel(ann, job.id)
            let canceled = try #require(try await stream.next())
            #expect(canceled.name == "transcription.canceled" && canceled.sequence > snapshot.sequence)
            let frame = String(decoding: canceled.frame, as: UTF8.self)
            #expect(frame == "id: \(canceled.sequence)\nevent: transcription.canceled\ndata: \(canceled.data)\n\n")
        }
    }

    @Test func `each change is heard once, by its owner only`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            var mine = world.services.events.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
            #expect(try await mine.next()?.name == "snapshot")
            _ = try await world.job(ben)
            let job = try await world.job(ann)
            _ = try await world.services.transcriptions.rename(ann, job.id, title: "x")
            _ = try await world.services.transcriptions.cancel(ann, job.id)
            try await world.services.transcriptions.delete(ann, job.id)
            var names: [String] = []
            while names.last != "transcription.deleted", let message = try await mine.next() { names.append(message.name) }
            #expect(
                names == [
                    "file.ready", "transcription.created", "transcription.queued", "transcription.updated",
                    "transcription.canceled",
                    "transcription.deleted",
                ]
            )
        }
    }

    @Test func `whatever type an event can have can be asked for`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        var named: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            named.formUnion(text.matches(of: /EventType\((?:rawValue: )?"([a-z.]+)"\)/).map { String($0.1) })
        }
        // Sent to one webhook, and to nobody else.
        named.remove("webhook.test")
        #expect(named == EventType.streamed)
    }

    @Test func `what was missed is replayed without a snapshot`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let job = try await world.job(ann)
            let place = try await world.database.read { try EventLog.latestSequence($0) }
            _ = try await world.services.transcriptions.rename(ann, job.id, title: "x")
            let request = FeedRequest(owner: ann, after: place)
            for _ in 0..<2 {
                var stream = world.services.events.subscribe(request).makeAsyncIterator()
                #expect(try await stream.next()?.name == "transcription.updated")
            }
        }
    }

    @Test func `a gap that is too old is told and followed by the present state`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            for _ in 0..<3 { _ = try await world.job(ann) }
            _ = try await world.database.write { try EventLog.prune($0, before: .init(microseconds: .max), keep: 2) }
            var stream = world.services.events.subscribe(FeedRequest(owner: ann, after: 1)).makeAsyncIterator()
            #expect(try await stream.next()?.name == "gap")
            #expect(try await stream.next()?.name == "snapshot")
            var ahead = world.services.events.subscribe(FeedRequest(owner: ann, after: 9_999)).makeAsyncIterator()
            #expect(try await ahead.next()?.name == "gap")
        }
    }

    @Test func `types are filtered`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let request = FeedRequest(owner: ann, types: ["transcription.canceled"])
            var stream = world.services.events.subscribe(request).makeAsyncIterator()
            #expect(try await stream.next()?.name == "snapshot")
            let job = try await world.job(ann)
            _ = try await world.services.transcriptions.cancel(ann, job.id)
            #expect(try await stream.next()?.name == "transcription.canceled")
        }
    }

    @Test func `a reader that falls behind reads on from the log and misses nothing`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let feed = EventFeed(database: world.database, signals: world.signals, recentMax: 4)
            var slow = feed.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
            #expect(try await slow.next()?.name == "snapshot")
            var fast = feed.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
            #expect(try await fast.next()?.name == "snapshot")
            var heard: [Int64] = []
            for number in 0..<20 {
                try await world.file(ann, "A\(number)")
                heard.append(try #require(try await fast.next()).sequence)
            }
            var late: [Int64] = []
            while late.count < 20, let message = try await slow.next() { late.append(message.sequence) }
            #expect(late == heard)
            feed.close()
        }
    }

    @Test func `closing ends every stream`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let feed = world.services.events
            var stream = feed.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
            _ = try await stream.next()
            let reader = Task {
                var stream = feed.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
                _ = try await stream.next()
                return try await stream.next()
            }
            feed.close()
            #expect(try await reader.value?.name == nil)
            #expect(try await stream.next()?.name == nil)
        }
    }

    @Test func `a stream that is let go is not counted any more`() async throws {
        try await World.with { world in
            let (ann, feed) = (try await world.ann(), world.services.events)
            let reader = Task {
                var stream = feed.subscribe(FeedRequest(owner: ann)).makeAsyncIterator()
                _ = try await stream.next()
                _ = try await stream.next()
            }
            while feed.readerCount == 0 { await Task.yield() }
            reader.cancel()
            try await reader.value
            #expect(feed.readerCount == 0)
        }
    }
}
