package import ScriberrCore
package import ScriberrEngines
package import ScriberrQueue
import ScriberrTranscript

/// Does the work of a transcription job: finds the recording, runs the engines, and hands the queue the result to store.
package struct TranscriptionPipeline: JobHandler {
    private let recordings: any RecordingLookup
    private let engines: ProviderRegistry

    /// `recordings` finds a job's audio.
    package init(recordings: any RecordingLookup, engines: ProviderRegistry) {
        self.recordings = recordings
        self.engines = engines
    }

    /// Works on one attempt; see ``JobHandler/run(_:_:)``.
    package func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome {
        let recording: (copy: LocalCopy, seconds: Double?)
        do {
            recording = try await recordings.recording(of: job.job) { attempt.signOfLife() }
        } catch let error as ScriberrError where error.code == .storageFailed && error.disposition == .transient {
            return .unready(error)
        }
        defer { withExtendedLifetime(recording.copy) {} }
        do {
            if let target = job.job.diarizes { return try await diarize(target, job.job, recording.copy.path, attempt) }
            return try await transcribe(job.job, recording.copy.path, recording.seconds, attempt)
        } catch let error as ScriberrError where error.code == .mediaMissing {
            // It was there when the work began. Where all recordings are out of reach by now, this says so.
            _ = try await recordings.recording(of: job.job) { attempt.signOfLife() }
            throw error
        }
    }

    private func transcribe(
        _ job: Transcription,
        _ audioPath: String,
        _ seconds: Double?,
        _ attempt: Attempt
    ) async throws -> AttemptOutcome {
        let run = SpeechRun(
            audioPath: audioPath,
            options: job.options,
            audioSeconds: seconds ?? job.audioSeconds,
            engines: engines
        )
        let sink = AttemptSink(attempt: attempt)
        let result = try await run.run(sink)
        if !sink.isOutOfTime { try await attempt.progress(.saving, JobStage.saving.startingProgress ?? 0) }
        return .completed(
            JobResult(
                transcript: CanonicalJSON.encode(result.transcript),
                text: result.transcript.text,
                detectedLanguage: result.transcript.language,
                warnings: result.warnings,
                engine: result.transcript.engine,
                audioSeconds: result.audioSeconds
            )
        )
    }

    /// Gives the finished transcript of another job new speakers.
    private func diarize(
        _ target: TranscriptionID,
        _ job: Transcription,
        _ audioPath: String,
        _ attempt: Attempt
    ) async throws -> AttemptOutcome {
        guard let stored = try await recordings.transcript(of: target) else {
            throw ScriberrError(.notFound, "The transcript is gone.")
        }
        let window = (JobStage.preparing.startingProgress ?? 0)...(JobStage.merging.startingProgress ?? 1)
        let step = SpeakerStep(audioPath: audioPath, options: job.options, engines: engines, window: window)
        let run = SpeakerRun(step: step, transcript: ScriberrTranscript.StoredTranscript.parse(stored.content))
        let (transcript, engine) = try await run.run(AttemptSink(attempt: attempt))
        try await attempt.progress(.saving, JobStage.saving.startingProgress ?? 0)
        return .completed(
            JobResult(
                transcript: CanonicalJSON.encode(transcript),
                text: transcript.text,
                engine: engine,
                audioSeconds: job.audioSeconds,
                revision: JobResult.Revision(of: target, version: stored.version)
            )
        )
    }
}

/// Finds what a job works on.
package protocol RecordingLookup: Sendable {
    /// A local file and its length in seconds, when known. Calls `onBytes` as bytes of it come from elsewhere. Throws `MEDIA_MISSING` when
    /// the bytes are gone, `STORAGE_FAILED` while they are out of reach.
    func recording(of job: Transcription, onBytes: @Sendable () -> Void) async throws -> (copy: LocalCopy, seconds: Double?)
    /// The finished transcript of a job, as it is stored, and its version; nil when there is none.
    func transcript(of job: TranscriptionID) async throws -> (version: Int, content: [UInt8])?
}

/// Keeps what a run finishes as the attempt's fenced writes.
private struct AttemptSink: RunSink {
    let attempt: Attempt

    func chose(provider: String, model: String) async throws {
        try await attempt.describe(provider: provider, model: model)
    }

    func reached(_ stage: JobStage, _ progress: Double) async throws {
        try await attempt.progress(stage, progress)
    }

    func finishedPieces(fingerprint: String) async throws -> [SpeechPiece] {
        PieceArchive.pieces(in: try await attempt.checkpoints(step: PieceArchive.step, fingerprint: fingerprint))
    }

    func finished(_ piece: SpeechPiece, fingerprint: String) async throws {
        try await attempt.checkpoint(PieceArchive.checkpoint(of: piece, job: attempt.lease.job, fingerprint: fingerprint))
    }

    var isOutOfTime: Bool { attempt.stopReason == .stall || attempt.stopReason == .timeout }
}
