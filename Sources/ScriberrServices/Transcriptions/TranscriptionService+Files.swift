package import ScriberrCore
import ScriberrStore

extension TranscriptionService {
    /// The first job that was made for a file; nil when there is none.
    package func first(_ owner: UserID, of file: FileID) async throws -> Transcription? {
        try await database.read { try TranscriptionSQL.first($0, owner, of: file) }
    }
}
