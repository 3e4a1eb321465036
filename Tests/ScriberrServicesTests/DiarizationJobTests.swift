import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import ScriberrTranscript
import Testing

@Suite struct DiarizationJobTests {
    private static let words = ["so", "we", "begin", "yes", "we", "do"].enumerated().map { index, word in
        Word(start: Double(index), end: Double(index) + 0.8, word: word)
    }

    private static let transcript = Transcript(
        text: "so we begin yes we do",
        language: "en",
        segments: [Segment(id: "seg_000001", start: 0, end: 5.8, text: "so we begin yes we do")],
        words: words,
        engine: Transcript.EngineStamp(provider: "local", transcriptionModel: "whisper-base")
    )

    /// A finished transcription with that transcript.
    private func finished(_ world: World, _ owner: UserID) async throws -> Transcription {
        let job = try await world.job(owner)
        let claimed = try #require(try await world.claim())
        let result = JobResult(
            transcript: CanonicalJSON.encode(Self.transcript),
            text: Self.transcript.text,
            engine: Self.transcript.engine,
            audioSeconds: 6
        )
        _ = try await SQLJobStore(database: world.database).complete(claimed.lease, result, at: world.clock.now())
        return try await world.services.transcriptions.get(owner, job.id)
    }

    private func speakers(_ world: World, _ owner: UserID, _ id: TranscriptionID) async throws -> [String?] {
        try await world.services.transcriptions.finishedTranscript(owner, id).words.map(\.speaker)
    }

    @Test func `a finished transcription gets speakers and keeps its words`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            var patch = SpeakersPatch()
            patch.speakers = .value(2)
            let job = try await jobs.diarize(ann, source.id, patch)
            #expect(job.diarizes == source.id && job.status == .queued && job.options.speakers == 2)
            #expect(try await jobs.get(ann, source.id).status == .completed)
            let turns = [SpeakerTurn(start: 0, end: 2.9, speaker: "b"), SpeakerTurn(start: 3, end: 6, speaker: "a")]
            try await world.work(ScriptedProvider(turns: .success(turns))) { try await jobs.get(ann, job.id).status.isTerminal }

            let ended = try await jobs.get(ann, job.id)
            #expect(ended.status == .completed && ended.engine.diarizationModel == "diarization-default")
            let execution = try #require(try await jobs.executions(ann, job.id).first)
            #expect(execution.status == .completed && execution.model == "diarization-default")
            let transcript = try await jobs.finishedTranscript(ann, source.id)
            #expect(transcript.text == Self.transcript.text)
            #expect(transcript.words.map(\.word) == Self.words.map(\.word))
            #expect(transcript.words.map(\.start) == Self.words.map(\.start))
            #expect(transcript.segments.map(\.speaker) == ["SPEAKER_00", "SPEAKER_01"])
            let after = try await jobs.get(ann, source.id)
            #expect(after.status == .completed && after.completedAt == source.completedAt)
            #expect(after.engine.diarizationModel == "diarization-default")
            #expect(after.options.diarization && after.options.speakers == 2 && after.warnings == [])
            #expect(try await jobs.executions(ann, source.id).count == 1)
            // Asked for its transcript, the job shows the one it worked on.
            #expect(try await jobs.finishedTranscript(ann, job.id) == transcript)
            #expect(try await jobs.transcript(ann, job.id).body == jobs.transcript(ann, source.id).body)
        }
    }

    @Test func `other speakers replace the earlier ones, and segments parted for these are whole again`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let two = [SpeakerTurn(start: 0, end: 2.9, speaker: "b"), SpeakerTurn(start: 3, end: 6, speaker: "a")]
            for turns in [two, [SpeakerTurn(start: 0, end: 6, speaker: "x")]] {
                let job = try await jobs.diarize(ann, source.id)
                try await world.work(ScriptedProvider(turns: .success(turns))) {
                    try await jobs.get(ann, job.id).status.isTerminal
                }
            }
            let transcript = try await jobs.finishedTranscript(ann, source.id)
            #expect(transcript.segments.map(\.text) == [Self.transcript.text])
            #expect(transcript.segments.map(\.id) == ["seg_000001"])
            #expect(Set(transcript.words.map(\.speaker)) == ["SPEAKER_00"])
        }
    }

    @Test func `a failure keeps the old transcript and warns; the next success takes the warning away`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let failing = try await jobs.diarize(ann, source.id)
            let damaged = ScriberrError(.modelCorrupt, "The model is damaged.", detail: "/private")
            try await world.work(ScriptedProvider(turns: .failure(damaged))) {
                try await jobs.get(ann, failing.id).status.isTerminal
            }
            #expect(try await jobs.get(ann, failing.id).status == .failed)
            let warned = try await jobs.get(ann, source.id)
            #expect(warned.status == .completed && warned.warnings.map(\.code) == ["DIARIZATION_FAILED"])
            #expect(warned.warnings.first?.message.contains("MODEL_CORRUPT") == true)
            #expect(try await jobs.finishedTranscript(ann, source.id) == Self.transcript)

            let next = try await jobs.retry(ann, failing.id)
            #expect(next.diarizes == source.id)
            let turns = [SpeakerTurn(start: 0, end: 6, speaker: "x")]
            try await world.work(ScriptedProvider(turns: .success(turns))) { try await jobs.get(ann, next.id).status.isTerminal }
            #expect(try await jobs.get(ann, source.id).warnings == [])
            #expect(try await world.events(ann).filter { $0 == "transcription.updated" }.count == 2)
        }
    }

    @Test func `a transcript that was changed in the meantime is not overwritten`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let job = try await jobs.diarize(ann, source.id)
            let claimed = try #require(try await world.claim())
            let result = JobResult(
                transcript: Array("{}".utf8),
                text: "",
                revision: JobResult.Revision(of: source.id, version: 7)
            )
            _ = try await SQLJobStore(database: world.database).complete(claimed.lease, result, at: world.clock.now())
            #expect(try await jobs.get(ann, job.id).errorCode == .conflict)
            #expect(try await jobs.finishedTranscript(ann, source.id) == Self.transcript)
        }
    }

    @Test func `one at a time, and only for what is finished`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let job = try await jobs.diarize(ann, source.id)
            await expect(Failure(.conflict)) { try await jobs.diarize(ann, source.id) }
            await expect(Failure(.conflict)) { try await jobs.diarize(ann, job.id) }
            await expect(Failure(.conflict)) { try await jobs.retry(ann, job.id) }
            let ben = try await world.ben()
            await expect(Failure(.notFound)) { try await jobs.diarize(ben, source.id) }
            _ = try await jobs.cancel(ann, job.id)
            #expect(try await jobs.get(ann, source.id).warnings == [])
            _ = try await jobs.diarize(ann, source.id)

            let waiting = try await world.job(ann)
            await expect(Failure(.conflict)) { try await jobs.diarize(ann, waiting.id) }
        }
    }

    @Test(arguments: [
        (#"{"speakers":0}"#, "speakers"), (#"{"speakers":51}"#, "speakers"),
        (#"{"min_speakers":3,"max_speakers":2}"#, "max_speakers"),
        (#"{"model":"whisper-base"}"#, "diarization_model"), (#"{"model":"none"}"#, "diarization_model"),
    ])
    func `what does not fit is refused with its field`(_ json: String, _ field: String) async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let source = try await finished(world, ann)
            let patch = try JSONDecoder().decode(SpeakersPatch.self, from: Data(json.utf8))
            await expect(Failure(.validation, "options.\(field)")) {
                try await world.services.transcriptions.diarize(ann, source.id, patch)
            }
        }
    }

    @Test func `lists and joined requests do not see such jobs, and they go with their transcription`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let job = try await jobs.diarize(ann, source.id)
            let query = try TranscriptionListQuery(parameters: [:])
            #expect(try await jobs.list(ann, query).items.map(\.id) == [source.id])
            var request = NewTranscription(joinsRunning: true)
            request.options.diarization = .value(true)
            let other = try await jobs.create(ann, fileID: source.fileID.text, request)
            #expect(other.id != job.id)
            try await jobs.delete(ann, source.id)
            await expect(Failure(.notFound)) { try await jobs.get(ann, job.id) }
            try await jobs.delete(ann, other.id)
        }
    }

    @Test func `the names of speakers stay with the versions in which they were given`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            let source = try await finished(world, ann)
            let turns = [SpeakerTurn(start: 0, end: 2.9, speaker: "b"), SpeakerTurn(start: 3, end: 6, speaker: "a")]
            func diarize() async throws {
                let job = try await jobs.diarize(ann, source.id)
                try await world.work(ScriptedProvider(turns: .success(turns))) {
                    try await jobs.get(ann, job.id).status.isTerminal
                }
            }
            try await diarize()
            _ = try await jobs.edit(ann, source.id, [.nameSpeaker("SPEAKER_00", name: "Anna")], expecting: .any, author: "ann")
            try await diarize()
            let versions = try await jobs.versions(ann, source.id).map(\.number)
            var texts: [String] = []
            for version in versions {
                texts.append(String(decoding: try await jobs.transcript(ann, source.id, version: version), as: UTF8.self))
            }
            #expect(texts.filter { $0.contains("Anna") }.count == 1)
            let named = try #require(zip(versions, texts).first { $1.contains(#""speakers":{"SPEAKER_00":"Anna"}"#) }?.0)
            _ = try await jobs.restore(ann, source.id, version: named, expecting: .any, author: "ann")
            #expect(try await jobs.finishedEdition(ann, source.id).speakers == ["SPEAKER_00": "Anna"])
        }
    }
}
