package import ScriberrCore
import ScriberrStore
import ScriberrTranscript

/// A finished transcription of any owner.
package struct Completion: Sendable {
    /// Its place in the event log.
    package let sequence: Int64
    package let job: Transcription
    package let username: String
    package let transcript: Transcript
}

extension TranscriptionService {
    /// What was finished behind a place in the event log, oldest first, and the place that was reached.
    package func completions(after place: Int64, limit: Int = 100) async throws -> (found: [Completion], place: Int64) {
        try await database.read { db in
            let latest = try EventLog.latestSequence(db)
            let events = try EventLog.events(db, after: place, types: [.transcriptionCompleted], limit: limit)
            // What was deleted since has nothing to tell.
            let found = try events.compactMap { event -> Completion? in
                guard let id = TranscriptionID(event.subject), let job = try JobSQL.get(db, id, owner: event.owner),
                    let stored = try JobSQL.transcript(db, of: id), let user = try UserSQL.get(db, event.owner)
                else { return nil }
                return Completion(
                    sequence: event.sequence,
                    job: job,
                    username: user.username,
                    transcript: ScriberrTranscript.StoredTranscript.parse(stored.content)
                )
            }
            return (found, events.count < limit ? latest : events.last?.sequence ?? latest)
        }
    }
}
