import Foundation
package import ScriberrCore
import ScriberrEngines
import ScriberrStore
package import ScriberrTranscript

/// The transcript of a job, as far as there is one.
package struct TranscriptAnswer: Sendable {
    /// How the job stands.
    package var status: JobStatus
    /// Whether the job still runs and this is what it has heard so far.
    package var isPartial: Bool
    /// The version that it is; nil until the job is completed.
    package var version: Int?
    /// `{"transcription_id","status","partial","version","speakers","text","language","segments","words","engine"}` as JSON,
    /// ready to send.
    package var body: [UInt8]
}

extension TranscriptionService {
    /// The transcript; of a running job what it has heard so far; else empty. Throws `NOT_FOUND`.
    package func transcript(_ owner: UserID, _ id: TranscriptionID) async throws -> TranscriptAnswer {
        let (job, found) = try await present(owner, id)
        let version = found.head?.version.number
        let head = Self.head(job, isPartial: found.isPartial, version: version, speakers: found.head?.speakers ?? "{}")
        let canonical = found.content ?? CanonicalJSON.encode(partial(job, found.checkpoints))
        // What we stored is canonical and can be megabytes long: it is sent as it is, behind the head.
        let rest = CanonicalJSON.hasForm(canonical) ? canonical : CanonicalJSON.encode(parse(canonical))
        return TranscriptAnswer(
            status: job.status,
            isPartial: found.isPartial,
            version: version,
            body: head + rest.dropFirst()
        )
    }

    /// The transcript of a completed job as values, for exports. Throws `NOT_FOUND`, or `CONFLICT` while there is none.
    package func finishedTranscript(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcript {
        try await finishedEdition(owner, id).transcript
    }

    /// The finished transcript with its speakers' names, for exports. Throws as ``finishedTranscript(_:_:)``.
    package func finishedEdition(_ owner: UserID, _ id: TranscriptionID) async throws -> EditedTranscript {
        let (job, found) = try await present(owner, id)
        guard let content = found.content else {
            throw ScriberrError(.conflict, "There is no transcript: the transcription is \(job.status.rawValue).")
        }
        return EditedTranscript(
            transcript: parse(content),
            speakers: TranscriptDelta.speakers(json: found.head?.speakers ?? "{}")
        )
    }

    /// Every attempt, newest first. Throws `NOT_FOUND`.
    package func executions(_ owner: UserID, _ id: TranscriptionID) async throws -> [Execution] {
        try await database.read { db in
            _ = try Self.find(db, owner, id)
            return try JobSQL.executions(db, of: id)
        }
    }

    /// The attempts as plain text, one line of facts each and one for how it ended. Throws `NOT_FOUND`.
    package func logs(_ owner: UserID, _ id: TranscriptionID) async throws -> String {
        let executions = try await executions(owner, id)
        guard !executions.isEmpty else { return "No executions recorded.\n" }
        let lines = executions.reversed().flatMap(lines)
        return Redactor.redact(lines.joined(separator: "\n")) + "\n"
    }

    private func lines(_ execution: Execution) -> [String] {
        var lines = [
            "execution \(execution.number) status=\(execution.status.rawValue) provider=\(execution.provider) "
                + "model=\(execution.model) started_at=\(execution.startedAt.rfc3339)"
        ]
        if let time = execution.completedAt { lines.append("completed_at=\(time.rfc3339)") }
        if let time = execution.failedAt { lines.append("failed_at=\(time.rfc3339)") }
        if let message = execution.errorMessage {
            lines.append("error=" + (execution.errorCode.map { "\($0.rawValue): " } ?? "") + message)
        }
        return lines
    }

    /// What there is of a transcript, at one moment: a text and the version that it is belong together.
    private struct Present {
        /// The finished transcript; nil before.
        var content: [UInt8]?
        var head: (version: TranscriptVersion, speakers: String)?
        var checkpoints: [Checkpoint] = []
        var isPartial: Bool { content == nil && !checkpoints.isEmpty }
    }

    private func present(_ owner: UserID, _ id: TranscriptionID) async throws -> (job: Transcription, Present) {
        try await database.read { db in
            let found = try Self.find(db, owner, id)
            // A job that works on another's transcript shows that one.
            let job = try found.diarizes.map { try Self.find(db, owner, $0) } ?? found
            let id = job.id
            switch job.status {
            case .completed:
                let content = try JobSQL.transcript(db, of: id)?.content ?? []
                return (job, Present(content: content, head: try TranscriptVersionSQL.head(db, id)))
            case .queued, .processing:
                return (job, Present(checkpoints: try JobSQL.checkpoints(db, id, step: PieceArchive.step)))
            case .failed, .canceled: return (job, Present())
            }
        }
    }

    private func partial(_ job: Transcription, _ checkpoints: [Checkpoint]) -> Transcript {
        let current = checkpoints.first.map { first in checkpoints.filter { $0.fingerprint == first.fingerprint } } ?? []
        let pieces = PieceArchive.pieces(in: current).map { piece in
            HeardPiece(
                start: piece.start,
                end: piece.end,
                text: piece.text,
                words: piece.words,
                segments: piece.segments,
                language: piece.language
            )
        }
        return TranscriptBuilder().transcript(from: pieces, language: job.options.language, engine: job.engine)
    }

    private func parse(_ bytes: [UInt8]) -> Transcript { ScriberrTranscript.StoredTranscript.parse(bytes) }
}
