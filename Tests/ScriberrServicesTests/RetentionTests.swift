import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@testable import ScriberrServices

@Suite(.timeLimit(.minutes(15)))
struct RetentionTests {
    private let day = Duration.seconds(86_400)

    @Test func `without rules nothing ever goes`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await world.file(owner)
            try await world.ended(owner)
            world.clock.advance(by: day * 10_000)
            #expect(try await world.services.retention.preview(owner).isEmpty)
            #expect(try await world.services.retention.sweep().isEmpty)
            #expect(try await world.services.library.list(owner, FileListQuery()).items.count == 2)
        }
    }

    @Test func `a recording goes after its days, its transcript stays, and the record says so`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let job = try await world.ended(owner)
            let retention = world.services.retention
            try await retention.setRules(owner, RetentionRules(audioDays: 3))
            world.clock.advance(by: day * 3 - .seconds(10))
            #expect(try await retention.sweep().isEmpty)
            world.clock.advance(by: .seconds(10))

            let due = try await retention.preview(owner)
            #expect(due.map(\.subject) == [job.fileID.text])
            #expect(try world.storedBlobs().count == 1)
            let gone = try await retention.sweep()
            #expect(gone.map(\.subject) == due.map(\.subject))
            #expect(try world.storedBlobs() == [])
            #expect(try await world.events(owner).last == "file.deleted")
            #expect(try await world.services.transcriptions.finishedTranscript(owner, job.id).text == "hello")
            await expect(Failure(.notFound)) { try await world.services.transcriptions.audio(owner, job.id) }
            await expect(Failure(.notFound)) { try await world.services.library.get(owner, job.fileID) }
            await expect(Failure(.conflict, "file_id")) { try await world.services.transcriptions.retry(owner, job.id) }

            let record = try await retention.record(owner, limit: nil, cursor: nil).items
            #expect(
                record.map { [$0.kind.rawValue, $0.subject, $0.reason.rawValue] } == [["audio", job.fileID.text, "owner_rules"]]
            )
            #expect(record.first?.sizeBytes == 3)
            #expect(try await retention.sweep().isEmpty)
            // The same bytes can come again.
            #expect(try await world.file(owner).status == .ready)
        }
    }

    @Test func `bytes that another recording shares stay until it goes too`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let first = try await world.file(owner, "Asame")
            world.clock.advance(by: day)
            let second = try await world.file(owner, "Asame")
            try await world.services.retention.setRules(owner, RetentionRules(audioDays: 1))
            world.clock.advance(by: .seconds(60))
            #expect(try await world.services.retention.sweep().map(\.subject) == [first.id.text])
            #expect(try await world.text(world.services.library.audio(owner, second.id)) == "Asame")
            world.clock.advance(by: day)
            #expect(try await world.services.retention.sweep().map(\.subject) == [second.id.text])
            #expect(try world.storedBlobs() == [])
        }
    }

    @Test func `a recording stays while a job waits or runs for it`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let job = try await world.job(owner)
            try await world.services.retention.setRules(owner, RetentionRules(audioDays: 0, audioAfterSuccess: true))
            #expect(try await world.services.retention.sweep().isEmpty)
            let claimed = try #require(try await world.claim())
            #expect(try await world.services.retention.sweep().isEmpty)
            try await world.complete(claimed, "hello")
            let gone = try await world.services.retention.sweep()
            #expect(gone.map { [$0.subject, $0.reason.rawValue] } == [[job.fileID.text, "after_success"]])
        }
    }

    @Test func `after success means success: the recording of a failed job is kept for another try`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await world.services.retention.setRules(owner, RetentionRules(audioAfterSuccess: true))
            let job = try await world.job(owner)
            _ = try await world.services.transcriptions.cancel(owner, job.id)
            world.clock.advance(by: day * 100)
            #expect(try await world.services.retention.sweep().isEmpty)
        }
    }

    @Test func `a failed try holds nothing back once another one succeeded`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let rules = RetentionRules(audioAfterSuccess: true)
            let first = try await world.job(owner, NewTranscription(retention: rules))
            _ = try await world.services.transcriptions.cancel(owner, first.id)
            let second = try await world.services.transcriptions.retry(owner, first.id)
            #expect(try await world.services.retention.rules(owner, second.id) == rules)
            #expect(try await world.services.retention.sweep().isEmpty)
            try await world.complete(try #require(try await world.claim()), "hello")
            let gone = try await world.services.retention.sweep()
            #expect(gone.map { [$0.subject, $0.reason.rawValue] } == [[first.fileID.text, "after_success"]])
        }
    }

    @Test func `a job's own rules stand instead of its owner's`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let retention = world.services.retention
            let (kept, forgotten) = (try await world.ended(owner, "Aone"), try await world.ended(owner, "Atwo"))
            try await retention.setRules(owner, RetentionRules(audioDays: 1, transcriptDays: 1))
            try await retention.setRules(owner, kept.id, RetentionRules())
            try await retention.setRules(owner, forgotten.id, RetentionRules(transcriptDays: 2, audioAfterSuccess: true))
            #expect(try await retention.rules(owner, kept.id) == RetentionRules())
            let gone = try await retention.sweep()
            #expect(gone.map { [$0.subject, $0.reason.rawValue] } == [[forgotten.fileID.text, "after_success"]])
            world.clock.advance(by: day * 2)
            #expect(try await retention.sweep().map { [$0.subject, $0.reason.rawValue] } == [[forgotten.id.text, "job_rules"]])
            world.clock.advance(by: day * 1_000)
            #expect(try await retention.sweep().isEmpty)
            try await retention.setRules(owner, kept.id, nil)
            #expect(Set(try await retention.sweep().map(\.subject)) == [kept.id.text, kept.fileID.text])
        }
    }

    @Test func `a transcription goes with all it left, and pages of the record follow one another`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let retention = world.services.retention
            for number in 1...5 { try await world.ended(owner, "A\(number)") }
            try await retention.setRules(owner, RetentionRules(audioDays: 7, transcriptDays: 7))
            world.clock.advance(by: day * 8)
            #expect(try await retention.sweep().count == 10)
            #expect(try await world.services.transcriptions.list(owner, TranscriptionListQuery()).items.isEmpty)
            #expect(try world.storedBlobs() == [])
            var (subjects, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await retention.record(owner, limit: "3", cursor: cursor)
                subjects += page.items.map(\.subject)
                cursor = page.next
            } while cursor != nil
            #expect(Set(subjects).count == 10)
            #expect(subjects.count == 10)
            await expect(Failure(.validation, "limit")) { try await retention.record(owner, limit: "0", cursor: nil) }
            await expect(Failure(.validation, "cursor")) { try await retention.record(owner, limit: nil, cursor: "x") }
        }
    }

    @Test func `rules reach no one else's things, and what is stored is told by owner`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            let job = try await world.ended(ann)
            try await world.file(ben, "Abenjamin")
            try await world.file(ben, "Abenjamin")
            try await world.services.retention.setRules(ben, RetentionRules(audioDays: 0))
            await expect(Failure(.notFound)) { try await world.services.retention.setRules(ben, job.id, RetentionRules()) }
            let before = try await world.services.retention.storageOfAll()
            #expect(before.map { [$0.files, Int($0.audioBytes), $0.transcriptions] } == [[1, 3, 1], [2, 9, 0]])
            #expect(before[0].transcriptBytes > 20)
            #expect(try await world.services.retention.sweep().count == 2)
            let after = try #require(try await world.services.retention.storage(ben))
            #expect([after.files, Int(after.audioBytes)] == [0, 0])
            #expect(try await world.services.retention.storage(ann)?.audioBytes == 3)
        }
    }

    @Test(arguments: [(RetentionRules(audioDays: -1), "audio_days"), (RetentionRules(transcriptDays: 99_999), "transcript_days")])
    func `days that make no sense are refused with their field`(rules: RetentionRules, field: String) async throws {
        try await World.with { world in
            let owner = try await world.ann()
            await expect(Failure(.validation, field)) { try await world.services.retention.setRules(owner, rules) }
        }
    }

    @Test func `a recording goes by itself once its job is complete`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let retention = world.services.retention
            try await retention.setRules(owner, RetentionRules(audioAfterSuccess: true))
            let job = try await world.job(owner)
            let keeper = Task { await retention.run { _ in } }
            let claimed = try #require(try await world.claim())
            try await world.complete(claimed, "hello")
            for try await message in world.services.events.subscribe(
                FeedRequest(owner: owner, subject: job.fileID.text, after: 0)
            ) {
                if message.name == "file.deleted" { break }
            }
            // The bytes go behind the row.
            #expect(await eventually { (try? world.storedBlobs()) == [] })
            keeper.cancel()
            await keeper.value
        }
    }
}

extension World {
    /// A completed job for a new recording.
    @discardableResult
    fileprivate func ended(_ owner: UserID, _ bytes: String = "Aaa") async throws -> Transcription {
        let file = try await file(owner, bytes)
        let job = try await services.transcriptions.create(owner, fileID: file.id.text, NewTranscription())
        guard let claimed = try await claim() else { throw ScriberrError(.internalError, "No job was due.") }
        try await complete(claimed, "hello")
        return try await services.transcriptions.get(owner, job.id)
    }
}
