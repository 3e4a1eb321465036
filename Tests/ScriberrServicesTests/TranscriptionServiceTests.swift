import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct TranscriptionServiceTests {
    @Test func `a new job can be claimed as soon as its answer is there`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let job = try await world.job(ann)
            #expect(job.status == .queued && job.stage == .queued && job.title == "talk" && job.audioSeconds == 10)
            #expect(try await world.claim()?.job.id == job.id)
            #expect(try await world.events(ann).filter { $0 == "transcription.created" }.count == 1)
        }
    }

    @Test func `jobs that are asked for at once are all there, each with its event, and only wrong ones are refused`()
        async throws
    {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let file = try await world.job(ann).fileID.text
            let made = await withTaskGroup(of: TranscriptionID?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let request = NewTranscription(title: "Talk \(number)")
                        return try? await jobs.create(ann, fileID: number % 8 == 7 ? "file_0" : file, request).id
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.count { $0 == nil } == 5)
            let listed = try await jobs.list(ann, TranscriptionListQuery(parameters: ["limit": "100"]))
            #expect(Set(made.compactMap(\.self)).isSubset(of: listed.items.map(\.id)))
            #expect(Set(listed.items.map(\.title)).count == 36 && listed.items.count == 36)
            #expect(try await world.events(ann).count { $0 == "transcription.created" } == 36)
        }
    }

    @Test func `requests are checked in the contract's order`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            var bad = NewTranscription(profileID: "profile_none")
            bad.options.language = .value("pt-BR")
            await expect(Failure(.validation, "file_id")) { try await jobs.create(ann, fileID: "", bad) }
            await expect(Failure(.validation, "options.language")) { try await jobs.create(ann, fileID: "x", bad) }
            bad.options.language = .absent
            await expect(Failure(.validation, "profile_id")) { try await jobs.create(ann, fileID: "x", bad) }
            bad.profileID = nil
            await expect(Failure(.notFound)) { try await jobs.create(ann, fileID: "tr_0", bad) }
            await expect(Failure(.notFound)) { try await jobs.create(ann, fileID: "file_0", bad) }
        }
    }

    @Test(arguments: [
        (#"{"language":"EN"}"#, "language"), (#"{"language":"zz"}"#, "language"), (#"{"language":"fr"}"#, "language"),
        (#"{"model":"large-v3"}"#, "model"), (#"{"model":"speakers"}"#, "model"), (#"{"task":"sing"}"#, "task"),
        (#"{"task":"translate"}"#, "task"), (#"{"hotwords":["x"]}"#, "hotwords"), (#"{"device":"tpu"}"#, "device"),
        (#"{"speakers":2}"#, "speakers"), (#"{"diarization":true,"speakers":0}"#, "speakers"),
        (#"{"diarization":true,"min_speakers":3,"max_speakers":2}"#, "max_speakers"),
        (#"{"start":5,"end":5}"#, "end"), (#"{"start":-1}"#, "start"), (#"{"start":10}"#, "start"),
    ])
    func `options that no engine can follow are refused at creation`(_ json: String, _ field: String) async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let request = NewTranscription(options: try OptionsPatch(text: json))
            await expect(Failure(.validation, "options.\(field)")) { try await world.job(ann, request) }
            #expect(try await world.claim() == nil)
        }
    }

    @Test(arguments: [
        #"{"language":"yue"}"#, #"{"language":"auto"}"#, #"{"language":null}"#, #"{"language":""}"#,
        #"{"model":"wide","language":"fr","task":"translate","hotwords":["Scriberr"]}"#,
        #"{"diarization":true,"min_speakers":2,"max_speakers":4,"start":1.5,"end":60,"later":1}"#, "",
    ])
    func `options that an engine can follow are taken`(_ json: String) async throws {
        try await World.with { world in
            _ = try await world.job(world.ann(), NewTranscription(options: OptionsPatch(text: json)))
        }
    }

    @Test(arguments: ["[]", "{", #"{"language":5}"#, #"{"diarization":"yes"}"#, #"{"language":"de",}"#])
    func `options that are no such object are not understood`(_ text: String) async {
        await expect(Failure(.invalidRequest, "options")) { try OptionsPatch(text: text) }
    }

    @Test func `a profile is copied, overridden and cleared`() async throws {
        try await World.with { world in
            let (ann, services) = (try await world.ann(), world.services)
            var patch = ProfilePatch()
            patch.name = .value("p")
            patch.options = try OptionsPatch(text: #"{"language":"de","diarization":true,"speakers":2}"#)
            let profile = try await services.profiles.create(ann, patch)
            let missing = await failure { try await world.job(ann, NewTranscription(profileID: "default")) }
            #expect(missing == Failure(.validation, "profile_id"))
            _ = try await services.profiles.setDefault(ann, profile.id)

            let copied = try await world.job(ann, NewTranscription(profileID: "default"))
            #expect(copied.options == profile.options)
            let overrides = try OptionsPatch(text: #"{"language":"auto","diarization":false}"#)
            let cleared = try await world.job(ann, NewTranscription(options: overrides))
            #expect(cleared.options == TranscriptionOptions())
            let silent = try OptionsPatch(text: #"{"language":""}"#)
            #expect(try await world.job(ann, NewTranscription(options: silent)).options.language == "de")
            patch.options = silent
            #expect(try await services.profiles.update(ann, profile.id, patch).options.language == nil)

            patch.options = try OptionsPatch(text: #"{"language":"en"}"#)
            _ = try await services.profiles.update(ann, profile.id, patch)
            #expect(try await services.transcriptions.get(ann, copied.id).options.language == "de")
        }
    }

    @Test func `submit makes a file and a job or neither`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let job = try await jobs.submit(world.upload(ann), NewTranscription(title: "Mine"))
            #expect(job.title == "Mine")
            #expect(try await world.services.library.get(ann, job.fileID).title == "Mine")
            #expect(try await world.events(ann) == ["transcription.created", "transcription.queued"])

            var bad = NewTranscription()
            bad.options.start = .value(11)
            let refused = try await world.upload(ann, "Aother")
            await expect(Failure(.validation, "options.start")) { try await jobs.submit(refused, bad) }
            bad.options.model = .value("none")
            let another = try await world.upload(ann, "Aother")
            await expect(Failure(.validation, "options.model")) { try await jobs.submit(another, bad) }
            #expect(try world.storedBlobs().count == 1)
            #expect(try await world.services.library.list(ann, FileListQuery()).items.count == 1)
        }
    }

    @Test func `cancel ends a waiting job, marks a running one and refuses an ended one`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let waiting = try await world.job(ann)
            #expect(try await jobs.cancel(ann, waiting.id).status == .canceled)
            await expect(Failure(.conflict)) { try await jobs.cancel(ann, waiting.id) }
            let running = try await world.job(ann)
            _ = try #require(try await world.claim())
            let marked = try await jobs.cancel(ann, running.id)
            #expect(marked.status == .processing && marked.cancelRequestedAt != nil)
            #expect(try await jobs.cancel(ann, running.id).cancelRequestedAt == marked.cancelRequestedAt)
            await expect(Failure(.notFound)) { try await jobs.cancel(try await world.ben(), running.id) }
        }
    }

    @Test func `retry makes a new job once the old one has ended`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let options = try OptionsPatch(text: #"{"language":"de","diarization":true}"#)
            let job = try await world.job(ann, NewTranscription(title: "Mine", options: options))
            await expect(Failure(.conflict)) { try await jobs.retry(ann, job.id) }
            let claimed = try #require(try await world.claim())
            await expect(Failure(.conflict)) { try await jobs.retry(ann, job.id) }
            try await world.complete(claimed, "hello")
            try await world.services.library.delete(ann, job.fileID)

            let again = try await jobs.retry(ann, job.id)
            #expect(again.id != job.id && again.title == "Mine" && again.options == job.options)
            #expect(try await jobs.get(ann, job.id).status == .completed)
            let other = try await jobs.retry(ann, job.id, options: OptionsPatch(text: #"{"model":"wide","diarization":false}"#))
            #expect(other.options.model == "wide" && !other.options.diarization && other.options.language == "de")
        }
    }

    @Test func `deleting a running job takes its lease away`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let job = try await world.job(ann)
            let claimed = try #require(try await world.claim())
            try await jobs.delete(ann, job.id)
            await #expect(throws: ScriberrError.self) { try await world.complete(claimed, "late") }
            await expect(Failure(.notFound)) { try await jobs.get(ann, job.id) }
            #expect(try await world.events(ann).last == "transcription.deleted")
            #expect(try await world.services.library.get(ann, job.fileID).status == .ready)
        }
    }

    @Test func `a transcript is empty, partial, then complete`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let job = try await world.job(ann)
            let empty = try await jobs.transcript(ann, job.id)
            #expect(empty.json["text"] as? String == "" && empty.json["status"] as? String == "queued")
            #expect((empty.json["words"] as? [Any])?.isEmpty == true)

            let claimed = try #require(try await world.claim())
            try await world.hear(claimed, piece: 0, "hello there")
            let partial = try await jobs.transcript(ann, job.id)
            #expect(partial.isPartial && partial.json["text"] as? String == "hello there")
            await expect(Failure(.conflict)) { try await jobs.finishedTranscript(ann, job.id) }

            try await world.complete(claimed, "hello there friends")
            let whole = try await jobs.transcript(ann, job.id)
            #expect(!whole.isPartial && whole.json["text"] as? String == "hello there friends")
            #expect(whole.json["transcription_id"] as? String == job.id.text && whole.json["language"] as? String == "en")
            #expect(try await jobs.finishedTranscript(ann, job.id).text == "hello there friends")
        }
    }

    @Test func `logs tell of each attempt without paths`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let job = try await world.job(ann)
            let none = try await jobs.logs(ann, job.id)
            #expect(!none.isEmpty && !none.contains("/"))
            let claimed = try #require(try await world.claim())
            let report = FailureReport(code: .engineFailed, message: "open /tmp/x token=abc")
            _ = try await SQLJobStore(database: world.database).fail(claimed.lease, report, retryAt: nil, at: world.clock.now())
            let logs = try await jobs.logs(ann, job.id)
            #expect(logs.hasPrefix("execution 1 status=failed"))
            #expect(logs.contains("\nfailed_at=") && logs.contains("error=ENGINE_FAILED: open [redacted-path] token=[redacted]"))
            #expect(try await jobs.executions(ann, job.id).map(\.number) == [1])
        }
    }

    @Test func `the queue tells places and counts`() async throws {
        try await World.with { world in
            let (ann, ben, jobs) = (try await world.ann(), try await world.ben(), world.services.transcriptions)
            let first = try await world.job(ann)
            let second = try await world.job(ben)
            #expect(try await jobs.place(ann, first.id)?.position == 1)
            #expect(try await jobs.place(ben, second.id)?.position == 2)
            _ = try await world.claim()
            #expect(try await jobs.place(ann, first.id) == nil)
            #expect(try await jobs.place(ben, second.id)?.position == 1)
            let (mine, all) = (try await jobs.queueStats(ann), try await jobs.queueStatsOfAll().total)
            #expect(mine.processing == 1 && mine.queued == 0 && all.queued == 1)
        }
    }
}

extension TranscriptAnswer {
    fileprivate var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]  // Empty fails the test.
    }
}
