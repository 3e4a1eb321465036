import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// PocketSphinx as one order uses it. English, in lower case and without punctuation.
final class SphinxRecognizer: Recognizer {
    /// Short stretches, not joined, with nothing added: silence around them made it no better on the whole and human
    /// speech at 16 kHz worse (word errors of 22 in one recording: 7 with none, 12 with 0.3 s before and 0.2 s behind).
    let rules = PieceRules(softMax: 15, hardMax: 30, lead: 0, trail: 0)
    let parallelism: Int
    /// Normalization starts from the recording's own mean; a minute of speech is enough to know it.
    let preludeSeconds = 60.0

    private let model: SphinxModel
    private let mean = Mutex<[Float]?>(nil)

    init(model: SphinxModel, parallelism: Int) {
        self.model = model
        self.parallelism = parallelism
    }

    /// Refuses what the model cannot do.
    static func check(_ order: TranscribeOrder) throws {
        guard order.language == nil || order.language == "en" else {
            throw OrderCheck.unsupported("The model '\(order.model.id)' knows English only.", field: "language")
        }
        guard order.task == .transcribe else {
            throw OrderCheck.unsupported("The model '\(order.model.id)' does not translate.", field: "task")
        }
        guard order.hotwords.isEmpty else {
            throw OrderCheck.unsupported("The model '\(order.model.id)' takes no hotwords.", field: "hotwords")
        }
        guard order.device == "cpu" else {
            throw OrderCheck.unsupported("The model '\(order.model.id)' runs on the processor only.", field: "device")
        }
    }

    func listen(to prelude: [Piece]) throws {
        let found = try model.withDecoder { $0.cepstralMean(of: prelude) }
        mean.withLock { $0 = found }
    }

    func recognize(_ piece: Piece) throws -> Recognition {
        guard let mean = mean.withLock({ $0 }) else { return Recognition() }
        let words = try model.withDecoder { try $0.words(in: piece.samples, mean: mean) }.map { word in
            var word = word
            word.start = piece.time(word.start)
            word.end = piece.time(word.end)
            return word
        }
        return Recognition(text: words.map(\.word).joined(separator: " "), words: words, language: "en")
    }
}
