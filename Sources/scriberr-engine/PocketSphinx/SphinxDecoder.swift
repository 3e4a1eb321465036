import CPocketSphinx
import Foundation
import ScriberrCore

/// One decoder of PocketSphinx; one thread at a time.
///
/// `@unchecked Sendable`: ``SphinxModel`` lends it to one thread at a time, and the library has no state outside it.
final class SphinxDecoder: @unchecked Sendable {
    private let decoder: OpaquePointer

    /// Nil when the library does not like a file.
    init?(arguments: [String]) throws {
        let features = try Self.featureParameters(arguments)
        var pointers = (arguments + ["-featparams", features.path]).map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        let created = withExtendedLifetime(features) { sphinx_create(&pointers, Int32(pointers.count)) }
        guard let made = created else { return nil }
        decoder = made
    }

    deinit { sphinx_destroy(decoder) }

    /// The words of one utterance, with times in seconds from its start.
    func words(in samples: [Float], mean: [Float]) throws -> [Word] {
        let integers = samples.map(integer)
        guard sphinx_decode(decoder, integers, Int32(integers.count), mean) == 0 else {
            throw ScriberrError(.engineFailed, "The speech engine could not work on this recording.")
        }
        var words: [Word] = []
        var iterator = sphinx_words_begin(decoder)
        var found = sphinx_word()
        var text = [CChar](repeating: 0, count: 200)
        while sphinx_words_next(decoder, &iterator, &found, &text, Int32(text.count)) != 0 {
            guard let word = spoken(text) else { continue }
            words.append(
                Word(
                    start: Double(found.first_frame) / 100,
                    end: Double(found.last_frame + 1) / 100,
                    word: word,
                    confidence: min(max(found.probability, 0), 1)
                )
            )
        }
        return words
    }

    /// The mean of the cepstra of some samples, nil when they are too short for one.
    func cepstralMean(of pieces: [Piece]) -> [Float]? {
        var sum = [Double](repeating: 0, count: Int(SPHINX_CEPSTRA))
        var frames = 0
        for piece in pieces {
            let integers = piece.samples.map(integer)
            frames += max(0, Int(sphinx_add_cepstra(decoder, integers, Int32(integers.count), &sum)))
        }
        return frames > 0 ? sum.map { Float($0 / Double(frames)) } : nil
    }

    /// Silence, noises and sentence marks are no words; `read(2)` is the second pronunciation of `read`.
    private func spoken(_ text: [CChar]) -> String? {
        let word = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let first = word.first, !"<[+".contains(first) else { return nil }
        return word.hasSuffix(")") ? String(word.prefix { $0 != "(" }) : word
    }

    private func integer(_ sample: Float) -> Int16 { Int16((sample * 32_767).rounded()) }

    /// The model's own feature parameters with another kind of mean normalization: they win over the command line.
    private static func featureParameters(_ arguments: [String]) throws -> NamelessFile {
        let folder = arguments.firstIndex(of: "-hmm").map { arguments[$0 + 1] } ?? ""
        let own = try String(contentsOfFile: folder + "/feat.params", encoding: .utf8)
        let lines = own.split(separator: "\n").filter { !$0.hasPrefix("-cmn ") && !$0.hasPrefix("-cmninit ") }
        return try NamelessFile(lines.joined(separator: "\n") + "\n-cmn live\n")
    }
}
