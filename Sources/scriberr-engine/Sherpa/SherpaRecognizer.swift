import ScriberrCore
import ScriberrEngineWire

/// A model of sherpa-onnx as one order uses it.
final class SherpaRecognizer: Recognizer {
    let parallelism: Int
    let preludeSeconds = 0.0
    var rules: PieceRules { model.files.family.rules }

    private let model: SherpaModel
    private let options: SherpaOptions

    /// Nothing else may use `model` until the order has ended.
    init(model: SherpaModel, options: SherpaOptions, parallelism: Int) {
        self.model = model
        self.options = options
        self.parallelism = parallelism
        model.set(options)
    }

    func listen(to prelude: [Piece]) {}

    func recognize(_ piece: Piece) throws -> Recognition {
        let first = try decode(piece)
        guard model.files.family.loops, Repetition.isLoop(first.text) else { return first }
        // A loop feeds on its own text: shorter pieces give it less to feed on.
        let parts = try piece.halves().map { try decode($0) }
        var again = Recognition.joined(parts)
        if again.text.isEmpty || Repetition.isLoop(again.text) {
            again = first
            again.flags.append("REPEATED_TEXT")
        }
        return again
    }

    private func decode(_ piece: Piece) throws -> Recognition {
        // Whisper is ended by nothing at all, and short sounds are heard better with some silence behind them.
        let shortest = samples(inSeconds: model.files.family.minSeconds)
        let padded = piece.samples + [Float](repeating: 0, count: max(0, shortest - piece.samples.count))
        let result = try model.decode(padded, hotwords: options.hotwords)
        return recognition(of: result, in: piece)
    }

    private func recognition(of result: SherpaResult, in piece: Piece) -> Recognition {
        let words = result.tokens.isEmpty ? spread(result, piece) : timed(result, piece)
        let placed = words.map { word in
            var word = word
            word.end = min(word.end, piece.silence(after: word.start))
            word.start = piece.time(word.start)
            word.end = max(piece.time(word.end), word.start)
            return word
        }
        let segments =
            result.segments.count < 2
            ? []
            : result.segments.compactMap { segment -> Segment? in
                guard !segment.text.isEmpty, segment.range.lowerBound < piece.length else { return nil }
                return Segment(
                    start: piece.time(segment.range.lowerBound),
                    end: piece.time(segment.range.upperBound),
                    text: segment.text
                )
            }
        return Recognition(
            text: result.text,
            words: placed,
            segments: segments,
            language: language(of: result)
        )
    }

    /// What the model says, unless it is none of its languages: SenseVoice calls a noise `nospeech`.
    private func language(of result: SherpaResult) -> String? {
        let known = model.files.languages
        return result.language.flatMap { known.isEmpty || known.contains($0) ? $0 : nil } ?? options.language
    }

    private func timed(_ result: SherpaResult, _ piece: Piece) -> [Word] {
        let family = model.files.model.family
        let tokens = family == .paraformer ? TokenWords.spaced(result.tokens) : result.tokens
        var words = TokenWords.words(of: tokens, end: piece.length)
        // Whisper's alignment begins in the corner: its first token is at 0, wherever speech begins.
        if family == .whisper, let first = piece.stretches.first, !words.isEmpty {
            words[0].start = min(max(words[0].start, seconds(ofSamples: first.lowerBound)), words[0].end)
        }
        return words
    }

    /// Words of a model without token times: spread over speech, inside its own segments where it has some.
    private func spread(_ result: SherpaResult, _ piece: Piece) -> [Word] {
        let speech = piece.spokenStretches
        guard result.segments.count > 1 else { return SpreadWords.words(of: result.text, over: speech) }
        return result.segments.flatMap { segment in
            let heard = speech.map { $0.clamped(to: segment.range) }.filter { !$0.isEmpty }
            return SpreadWords.words(of: segment.text, over: heard.isEmpty ? [segment.range] : heard)
        }
    }
}
