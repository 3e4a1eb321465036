package import ScriberrCore
import ScriberrStore
package import ScriberrTranscript

extension TranscriptionService {
    /// What a running job has heard so far, piece by piece from 0 without gaps; empty for one that has ended. Throws
    /// `NOT_FOUND`.
    package func heardPieces(_ owner: UserID, _ id: TranscriptionID) async throws -> [HeardPiece] {
        let checkpoints = try await database.read { db in
            let job = try Self.find(db, owner, id)
            return job.status.isTerminal ? [] : try JobSQL.checkpoints(db, id, step: PieceArchive.step)
        }
        let current = checkpoints.filter { $0.fingerprint == checkpoints.first?.fingerprint }
        return PieceArchive.pieces(in: current).map(HeardPiece.init)
    }
}
