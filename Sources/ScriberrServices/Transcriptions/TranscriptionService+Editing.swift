package import ScriberrCore
import ScriberrStore
package import ScriberrTranscript

/// A transcript after a change.
package struct EditOutcome: Sendable {
    /// The number of the version that the change made.
    package var version: Int
    /// What makes it of the version before.
    package var delta: TranscriptDelta
}

/// Which version a change was made for.
package enum ExpectedVersion: Sendable, Hashable {
    /// Whatever is there.
    case any
    /// This one only.
    case exactly(Int)
}

extension EventType {
    /// Somebody changed a transcript.
    package static let transcriptUpdated = EventType(rawValue: "transcript.updated")
}

extension TranscriptionService {
    /// Changes a transcript and makes a new version of it. Throws `NOT_FOUND`, `CONFLICT` before the job is completed,
    /// `PRECONDITION_FAILED` when somebody else was faster, `VALIDATION_ERROR` for a change that cannot be made.
    package func edit(
        _ owner: UserID,
        _ id: TranscriptionID,
        _ edits: [TranscriptEdit],
        expecting expected: ExpectedVersion,
        author: String
    ) async throws -> EditOutcome {
        var names: [String] = []
        for edit in edits where !names.contains(edit.name) { names.append(edit.name) }
        let seconds = names.contains("document") ? try await recordingSeconds(owner, id) : nil
        return try await change(owner, id, names.joined(separator: ","), expecting: expected, author: author) { _, old in
            var new = old
            for edit in edits {
                // Many changes of a long transcript take a while, which others need not wait for, nor does it go on for somebody who left.
                try Task.checkCancellation()
                await Task.yield()
                if let seconds { try edit.check(recordingSeconds: seconds, present: old.transcript) }
                try new.apply(edit)
            }
            return new
        }
    }

    /// The length of the whole recording, when known.
    private func recordingSeconds(_ owner: UserID, _ id: TranscriptionID) async throws -> Double? {
        try await database.read { db in
            let job = try Self.find(db, owner, id)
            if let seconds = try FileSQL.getEvenDeleted(db, job.fileID)?.durationSeconds { return seconds }
            // The engine has told the length of its part, which goes to the end unless it was given one.
            return job.options.end == nil ? job.audioSeconds.map { $0 + (job.options.start ?? 0) } : nil
        }
    }

    /// Makes a new version that says what version `number` said. Throws as ``edit(_:_:_:expecting:author:)``.
    package func restore(
        _ owner: UserID,
        _ id: TranscriptionID,
        version number: Int,
        expecting expected: ExpectedVersion,
        author: String
    ) async throws -> EditOutcome {
        try await change(owner, id, "restore", expecting: expected, author: author) { present, old in
            try await earlier(id, number, present: present, old)
        }
    }

    /// The versions of a transcript, newest first; none before the job is completed. Throws `NOT_FOUND`.
    package func versions(_ owner: UserID, _ id: TranscriptionID) async throws -> [TranscriptVersion] {
        try await database.read { db in
            _ = try Self.find(db, owner, id)
            guard let head = try TranscriptVersionSQL.head(db, id) else { return [] }
            return [head.version] + (try TranscriptVersionSQL.earlier(db, id, limit: 1_000))
        }
    }

    /// What a transcript said in version `number`, as JSON that is ready to send. Throws `NOT_FOUND`.
    package func transcript(_ owner: UserID, _ id: TranscriptionID, version number: Int) async throws -> [UInt8] {
        let (job, head, present) = try await present(owner, id)
        let edited = try await earlier(id, number, present: head.version.number, present)
        let speakers = TranscriptDelta.json(speakers: edited.speakers)
        return Self.head(job, isPartial: false, version: number, speakers: speakers)
            + CanonicalJSON.encode(edited.transcript).dropFirst()
    }

    private func present(
        _ owner: UserID,
        _ id: TranscriptionID
    ) async throws -> (job: Transcription, head: (version: TranscriptVersion, speakers: String), EditedTranscript) {
        let (job, found) = try await database.read { db in
            let job = try Self.find(db, owner, id)
            guard let head = try TranscriptVersionSQL.head(db, id), let content = try TranscriptVersionSQL.content(db, id) else {
                return (job, nil as ((version: TranscriptVersion, speakers: String), [UInt8])?)
            }
            return (job, (head, content))
        }
        guard let (head, content) = found else {
            throw ScriberrError(.conflict, "There is no transcript: the transcription is \(job.status.rawValue).")
        }
        let edited = EditedTranscript(
            transcript: ScriberrTranscript.StoredTranscript.parse(content),
            speakers: TranscriptDelta.speakers(json: head.speakers)
        )
        return (job, head, edited)
    }

    private func earlier(
        _ id: TranscriptionID,
        _ number: Int,
        present: Int,
        _ edited: EditedTranscript
    ) async throws -> EditedTranscript {
        guard number >= 1, number <= present else { throw ScriberrError(.notFound, "There is no such version.") }
        let steps = try await database.read { try TranscriptVersionSQL.steps($0, id, backTo: number) }
        // A change that came in between has added a step; it is on top and not ours to take.
        var edited = edited
        for step in steps.suffix(present - number) {
            if let delta = try TranscriptDelta(step: step) {
                edited = try delta.applied(to: edited)
            } else {
                edited = TranscriptDelta.whole(step: step)
            }
        }
        return edited
    }

    private func change(
        _ owner: UserID,
        _ id: TranscriptionID,
        _ changes: String,
        expecting expected: ExpectedVersion,
        author: String,
        _ make: @Sendable (Int, EditedTranscript) async throws -> EditedTranscript
    ) async throws -> EditOutcome {
        for _ in 0..<Self.editTries {
            let (_, head, old) = try await present(owner, id)
            if case .exactly(let number) = expected, number != head.version.number { throw Self.overtaken(head.version) }
            let new = try await make(head.version.number, old)
            let delta = TranscriptDelta(from: old, to: new)
            // What changes nothing makes no version.
            if new == old { return EditOutcome(version: head.version.number, delta: delta) }
            let replacement = TranscriptVersionSQL.Replacement(
                content: CanonicalJSON.encode(new.transcript),
                text: new.transcript.text,
                speakers: TranscriptDelta.json(speakers: new.speakers),
                author: author,
                changes: changes,
                step: TranscriptDelta(from: new, to: old).json
            )
            if try await store(owner, id, replacing: head.version.number, by: replacement) {
                return EditOutcome(version: head.version.number + 1, delta: delta)
            }
        }
        throw ScriberrError(.conflict, "Others change this transcript all the time. Try again.")
    }

    private static let editTries = 5

    private func store(
        _ owner: UserID,
        _ id: TranscriptionID,
        replacing version: Int,
        by new: TranscriptVersionSQL.Replacement
    ) async throws -> Bool {
        let now = clock.now()
        return try await database.write { db in
            // The job may have been deleted in the meantime.
            _ = try Self.find(db, owner, id)
            guard try TranscriptVersionSQL.replace(db, id, version: version, by: new, at: now) else { return false }
            let payload = #"{"id":"\#(id.text)","version":\#(version + 1),"author":\#(jsonString(new.author))}"#
            try EventLog.append(db, owner: owner, subject: id.text, type: .transcriptUpdated, payload: payload, at: now)
            return true
        }
    }

    private static func overtaken(_ version: TranscriptVersion) -> ScriberrError {
        ScriberrError(
            ScriberrError.Code(rawValue: "PRECONDITION_FAILED"),
            "Somebody else changed this transcript: it is at version \(version.number) now.",
            field: "If-Match"
        )
    }

    /// What stands before the transcript's own members, the opening brace included.
    static func head(_ job: Transcription, isPartial: Bool, version: Int?, speakers: String) -> [UInt8] {
        let version = version.map(String.init) ?? "null"
        let head = #"{"transcription_id":"\#(job.id.text)","status":"\#(job.status.rawValue)","partial":\#(isPartial),"#
        return Array((head + #""version":\#(version),"speakers":\#(speakers),"#).utf8)
    }
}
