import ScriberrCore
import ScriberrEngines
import ScriberrQueue
import ScriberrServices
import ScriberrTestSupport
import Testing

/// What becomes of a job in the queue itself whose speakers take for ever.
@Suite struct LateSpeakersTests {
    private static let piece = SpeechPiece(
        index: 0,
        start: 0,
        end: 2,
        resumeAt: 2,
        text: "hello there",
        words: [Word(start: 0, end: 1, word: "hello"), Word(start: 1, end: 2, word: "there")]
    )

    @Test func `an attempt that is stopped while speakers are told apart completes with its text and a warning`() async throws {
        try await World.with { world in
            let (ann, jobs) = (try await world.ann(), world.services.transcriptions)
            var request = NewTranscription()
            request.options.diarization = .value(true)
            let job = try await world.job(ann, request)
            let (clock, engine) = (ManualClock(), ScriptedProvider(pieces: [Self.piece], tellsForEver: true))
            // Far ahead of everything but the limit that is tried.
            var configuration = QueueConfiguration(workers: 1, leaseTimeout: .seconds(360_000))
            configuration.deadAfter = .seconds(360_000)
            configuration.stopGrace = .seconds(360_000)
            try await world.work(engine, configuration: configuration, clock: clock) {
                guard !engine.speakerRequests.isEmpty else { return false }
                clock.advance(by: configuration.limits.stall + .seconds(1))
                return try await jobs.get(ann, job.id).status.isTerminal
            }
            let ended = try await jobs.get(ann, job.id)
            #expect(ended.status == .completed)
            #expect(ended.warnings.map(\.code) == ["DIARIZATION_FAILED"])
            #expect(try await jobs.finishedTranscript(ann, job.id).text == "hello there")
        }
    }
}
