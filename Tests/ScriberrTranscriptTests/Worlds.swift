import ScriberrCore

@testable import ScriberrTranscript

/// A small generator with a seed, so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Words spoken one behind the other, `seconds` each, with `gap` between them; `|` stands for a second of silence.
func spoken(_ text: String, from start: Double = 0, seconds: Double = 0.3, gap: Double = 0.1) -> [Word] {
    var time = start
    var words: [Word] = []
    for word in text.split(separator: " ") {
        if word == "|" {
            time += 1
        } else {
            words.append(Word(start: time, end: time + seconds, word: String(word)))
            time += seconds + gap
        }
    }
    return words
}

/// A piece that holds these words and nothing else.
func piece(_ words: [Word], text: String? = nil) -> HeardPiece {
    HeardPiece(
        start: words.first?.start ?? 0,
        end: words.last?.end ?? 0,
        text: text ?? Surface.spelled(words.map(\.word)).text,
        words: words
    )
}

let vocabularies: [[String]] = [
    [
        "so", "the", "weather", "was", "fine,", "wasn't", "it?", "Yes.", "No!", "and", "we", "walked", "to", "Mr.", "Smith's",
        "house",
    ],
    ["你好", "，", "世界", "。", "今", "天", "天气", "很", "好", "吗", "？", "“", "是", "的", "”"],
    ["שלום", "עולם,", "مرحبا", "بالعالم؟", "نعم.", "كيف", "الحال"],
    ["😀", "👩‍👩‍👧‍👦", "é", "a\u{301}", "🇩🇪", "ok", "…", "--", "<b>", "-->", "{\\an8}", "&amp;", "\"", "=1+1", "a|b", "\\N"],
    ["Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenempfänger", "ja.", "x", "สวัสดี", "ครับ"],
]

/// A transcript with everything that makes trouble: scripts, long words, words without length, speakers that overlap.
func wildTranscript(_ seed: UInt64, words count: Int = 60) -> Transcript {
    var random = SeededGenerator(seed)
    var transcript = TranscriptBuilder().transcript(from: wildPieces(&random, words: count))
    let speakers = (0..<Int.random(in: 0...3, using: &random)).map { "speaker \($0)" }
    let end = transcript.segments.last?.end ?? 0
    let turns = speakers.flatMap { name in
        (0..<8).map { _ in
            let start = Double.random(in: 0...max(1, end), using: &random)
            return SpeakerTurn(start: start, end: start + Double.random(in: 0...6, using: &random), speaker: name)
        }
    }
    transcript = SpeakerMerge().merge(turns, into: transcript)
    if Int.random(in: 0..<4, using: &random) == 0 { transcript.words = [] }
    return transcript
}

/// Pieces as a careless engine gives them.
func wildPieces(_ random: inout SeededGenerator, words count: Int, damaged: Bool = false) -> [HeardPiece] {
    var pieces: [HeardPiece] = []
    var time = 0.0
    while count > pieces.reduce(0, { $0 + $1.words.count }) {
        let vocabulary = vocabularies[Int.random(in: 0..<vocabularies.count, using: &random)]
        let start = time
        var words: [Word] = []
        for _ in 0..<Int.random(in: 1...25, using: &random) {
            let lengths = [0, 0.01, 0.12, 0.3, 0.5, 3.5]
            let length = lengths[Int.random(in: 0..<lengths.count, using: &random)]
            let word = vocabulary[Int.random(in: 0..<vocabulary.count, using: &random)]
            words.append(Word(start: time, end: time + length, word: word))
            time += length + (Int.random(in: 0..<6, using: &random) == 0 ? Double.random(in: 0...3, using: &random) : 0)
        }
        if damaged { damage(&words, &random) }
        pieces.append(HeardPiece(start: start, end: time, text: Surface.spelled(words.map(\.word)).text, words: words))
    }
    return pieces
}

private func damage(_ words: inout [Word], _ random: inout SeededGenerator) {
    let rubbish = [Double.nan, .infinity, -.infinity, -3, 1e300, 0, 7]
    for index in words.indices where Int.random(in: 0..<3, using: &random) == 0 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: words[index].start = rubbish[Int.random(in: 0..<rubbish.count, using: &random)]
        case 1: words[index].end = rubbish[Int.random(in: 0..<rubbish.count, using: &random)]
        case 2: (words[index].start, words[index].end) = (words[index].end, words[index].start)
        default: words[index].word = ["", " ", "\n\u{0}", "a b"][Int.random(in: 0..<4, using: &random)]
        }
    }
}
