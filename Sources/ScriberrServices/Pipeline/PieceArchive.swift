import Foundation
package import ScriberrCore
package import ScriberrEngines

/// Finished pieces as they lie in checkpoints and as clients hear of them.
package enum PieceArchive {
    /// The step under which pieces are kept.
    package static let step = "transcribe"

    /// A piece as a checkpoint, with the `transcription.segment` event that tells of it. Throws what the encoder throws.
    package static func checkpoint(of piece: SpeechPiece, job: TranscriptionID, fingerprint: String) throws -> Checkpoint {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let news = News(
            id: job,
            index: piece.index,
            start: piece.start,
            end: piece.end,
            text: piece.text,
            words: piece.words.map(shown)
        )
        return Checkpoint(
            step: step,
            piece: piece.index,
            fingerprint: fingerprint,
            payload: [UInt8](try encoder.encode(piece)),
            announcement: piece.text.isEmpty ? nil : String(decoding: try encoder.encode(news), as: UTF8.self)
        )
    }

    /// The pieces in checkpoints, from 0 up to the first that is missing or cannot be read.
    package static func pieces(in checkpoints: [Checkpoint]) -> [SpeechPiece] {
        var pieces: [SpeechPiece] = []
        for checkpoint in checkpoints.sorted(by: { $0.piece < $1.piece }) {
            guard checkpoint.piece == pieces.count,
                // A piece that cannot be read is done again.
                let piece = try? JSONDecoder().decode(SpeechPiece.self, from: Data(checkpoint.payload))
            else { break }
            pieces.append(piece)
        }
        return pieces
    }

    /// A word without the digits that mean nothing.
    private static func shown(_ word: Word) -> Word {
        var word = word
        word.confidence = word.confidence.map { ($0 * 10_000).rounded() / 10_000 }
        return word
    }

    private struct News: Encodable {
        var id: TranscriptionID
        var index: Int
        var start: Double
        var end: Double
        var text: String
        var words: [Word]
    }
}
