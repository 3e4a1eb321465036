package import ScriberrCore
package import ScriberrEngines
package import ScriberrTranscript

/// One recording on its way to a transcript: prepare, transcribe, tell speakers apart, merge.
///
/// Knows neither queue nor database: the sink keeps pieces and hears about progress, so that the server's jobs and the
/// command line share every step.
package struct SpeechRun: Sendable {
    /// A local file.
    package var audioPath: String
    package var options: TranscriptionOptions
    /// Seconds of the whole recording, when known.
    package var audioSeconds: Double?
    package var engines: ProviderRegistry
    package var builder: TranscriptBuilder

    package init(
        audioPath: String,
        options: TranscriptionOptions,
        audioSeconds: Double?,
        engines: ProviderRegistry,
        builder: TranscriptBuilder = TranscriptBuilder()
    ) {
        self.audioPath = audioPath
        self.options = options
        self.options.language = options.language.map(SpokenLanguage.canonical)
        self.audioSeconds = audioSeconds
        self.engines = engines
        self.builder = builder
    }

    /// What a run gives.
    package struct Result: Sendable {
        package var transcript: Transcript
        package var warnings: [JobWarning]
        /// Seconds of audio in the part that was transcribed.
        package var audioSeconds: Double?
    }

    /// Runs every step. Throws `CancellationError` when its task is canceled, ``ScriberrError`` when a step fails, and
    /// whatever the sink throws.
    package func run(_ sink: some RunSink) async throws -> Result {
        try await sink.reached(.preparing, progress(.preparing))
        let engine = try await engines.transcriber(for: options)
        try await sink.chose(provider: engine.provider.id, model: engine.model)
        try await engine.provider.prepare(model: engine.model, progress: sink.announcesDownload)

        let heard = try await transcribe(with: engine, sink)
        let spoken = await speakers(in: heard, sink)
        if await !sink.isOutOfTime {
            try Task.checkCancellation()
            try await sink.reached(.merging, progress(.merging))
        }

        var stamp = Transcript.EngineStamp(provider: engine.provider.id, transcriptionModel: engine.model)
        stamp.diarizationModel = spoken.model
        var transcript = builder.transcript(from: heard.pieces.map(HeardPiece.init), language: options.language, engine: stamp)
        if let turns = spoken.turns { transcript = SpeakerMerge().merge(turns, into: transcript) }
        let warnings = [engine.warning, spoken.warning].compactMap(\.self) + notes(on: heard, transcript)
        return Result(transcript: transcript, warnings: warnings, audioSeconds: heard.audioSeconds)
    }

    /// Names everything that a piece depends on, so that a piece of other options is never taken for ours.
    package func fingerprint(_ engine: ChosenModel) -> String {
        let part = [options.start, options.end].map { $0.map { String($0) } ?? "" }.joined(separator: "-")
        let words = options.hotwords.joined(separator: "\u{1F}")
        return ["1", engine.provider.id, engine.model, options.language ?? "", options.task.rawValue, part, words].joined(
            separator: "|"
        )
    }

    private struct Heard {
        var pieces: [SpeechPiece]
        var audioSeconds: Double?
        var isTruncated: Bool
    }

    private func transcribe(with engine: ChosenModel, _ sink: some RunSink) async throws -> Heard {
        let fingerprint = fingerprint(engine)
        let kept = try await sink.finishedPieces(fingerprint: fingerprint)
        let request = TranscriptionRequest(
            audioPath: audioPath,
            model: engine.model,
            language: options.language,
            task: options.task,
            hotwords: options.hotwords,
            device: options.device,
            start: options.start,
            end: options.end,
            finishedPieces: kept.count,
            resumeAt: kept.last?.resumeAt ?? options.start ?? 0
        )
        let state = TranscriptionState(pieces: kept, audioSeconds: partSeconds)
        let report = try await engine.provider.transcribe(request) { event in
            switch event {
            case .loadingModel:
                try await sink.reached(.loadingModel, progress(.loadingModel))
            case .started(let seconds):
                await state.learned(audioSeconds: seconds)
                try await sink.reached(
                    .transcribing,
                    await state.fraction(of: window, from: options.start ?? 0, at: request.resumeAt)
                )
            case .position(let second):
                try await sink.reached(.transcribing, await state.fraction(of: window, from: options.start ?? 0, at: second))
            case .piece(var piece):
                // A remote engine may tell nothing but the text; it is somewhere in the part.
                if piece.isWithoutTimes, let partSeconds { piece.end = piece.start + partSeconds }
                try await sink.finished(piece, fingerprint: fingerprint)
                await state.add(piece)
            }
        }
        let heard = await state.audioSeconds ?? report.audioSeconds
        return Heard(pieces: await state.pieces, audioSeconds: heard, isTruncated: report.isTruncated)
    }

    private struct Spoken {
        var turns: [SpeakerTurn]?
        var model: String?
        var warning: JobWarning?
    }

    /// Tells speakers apart when asked to. A failure costs the labels, never the text, and so does an end of the time for it.
    private func speakers(in heard: Heard, _ sink: some RunSink) async -> Spoken {
        guard options.diarization, heard.pieces.contains(where: { !$0.text.isEmpty }) else { return Spoken() }
        do {
            let window = progress(.diarizing)...progress(.merging)
            let step = SpeakerStep(audioPath: audioPath, options: options, engines: engines, window: window)
            let found = try await step.run(
                // The stage stays the same; that a model comes is a sign of life all the same.
                download: { _ in try? await sink.reached(.diarizing, window.lowerBound) },
                reached: { try await sink.reached($0, $1) }
            )
            return Spoken(turns: found.turns, model: found.model)
        } catch {
            let isLate = await sink.isOutOfTime
            let known = isLate ? ScriberrError(.engineTimeout, "It took too long.") : error as? ScriberrError
            let code = known?.code.rawValue
            let reason = known?.message ?? "The speaker engine failed."
            let warning = JobWarning(
                code: "DIARIZATION_FAILED",
                message: "Speakers could not be told apart: \(reason)" + (code.map { " (\($0))" } ?? "")
            )
            return Spoken(warning: warning)
        }
    }

    private func notes(on heard: Heard, _ transcript: Transcript) -> [JobWarning] {
        var notes: [JobWarning] = []
        if transcript.text.isEmpty {
            notes.append(JobWarning(code: "NO_SPEECH", message: "No speech was found in the recording."))
        }
        let flags = Set(heard.pieces.flatMap(\.flags))
        if flags.contains("REPEATED_TEXT") {
            notes.append(
                JobWarning(code: "REPEATED_TEXT", message: "Some passages repeat themselves and may not have been said.")
            )
        }
        if heard.isTruncated {
            let message = "The recording is damaged, ends early or is longer than a day; what could be read was transcribed."
            notes.append(JobWarning(code: "MEDIA_TRUNCATED", message: message))
        }
        return notes
    }

    /// Seconds of the part that was asked for, as far as the probe can tell.
    private var partSeconds: Double? {
        guard let audioSeconds else { return nil }
        return max(0, min(options.end ?? audioSeconds, audioSeconds) - (options.start ?? 0))
    }

    /// The share of progress that transcribing takes.
    private var window: ClosedRange<Double> {
        progress(.transcribing)...progress(options.diarization ? .diarizing : .merging)
    }

    private func progress(_ stage: JobStage) -> Double { stage.startingProgress ?? 0 }
}

/// What has been heard so far.
private actor TranscriptionState {
    private(set) var pieces: [SpeechPiece]
    private(set) var audioSeconds: Double?

    init(pieces: [SpeechPiece], audioSeconds: Double?) {
        self.pieces = pieces
        self.audioSeconds = audioSeconds
    }

    func learned(audioSeconds: Double?) {
        if let audioSeconds { self.audioSeconds = audioSeconds }
    }

    func add(_ piece: SpeechPiece) { pieces.append(piece) }

    /// Where `second` of the recording lies in the progress `window`.
    func fraction(of window: ClosedRange<Double>, from start: Double, at second: Double) -> Double {
        guard let audioSeconds, audioSeconds > 0 else { return window.lowerBound }
        let share = min(max((second - start) / audioSeconds, 0), 1)
        let exact = window.lowerBound + (window.upperBound - window.lowerBound) * share
        return (exact * 10_000).rounded() / 10_000
    }
}

extension HeardPiece {
    /// The part of an engine's piece that a transcript is assembled from.
    package init(_ piece: SpeechPiece) {
        self.init(
            start: piece.start,
            end: piece.end,
            text: piece.text,
            words: piece.words,
            segments: piece.segments,
            language: piece.language
        )
    }
}

extension SpeechPiece {
    /// Whether it has a text and nothing says where.
    fileprivate var isWithoutTimes: Bool { !text.isEmpty && words.isEmpty && segments.isEmpty && end <= start }
}
