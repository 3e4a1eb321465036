import Testing

@testable import scriberr_engine

/// Speech is wherever samples are loud. Like Silero it looks back when a stretch begins and waits for silence at its end.
private final class LoudnessDetector: SpeechDetector {
    static let window = 512
    let lookBackMax: Int
    private let rules: PieceRules
    private let lookBack: Int
    private var heard = 0
    private var start: Int?
    private var quiet = 0
    private var closed: [Range<Int>] = []

    /// With `told` it goes back further than it says.
    init(rules: PieceRules, lookBack: Int = 1_024, told: Int? = nil) {
        self.rules = rules
        self.lookBack = lookBack
        lookBackMax = told ?? lookBack
    }

    func accept(_ samples: UnsafeBufferPointer<Float>) {
        precondition(samples.count == Self.window)
        heard += samples.count
        if samples.contains(where: { abs($0) > 0.1 }) {
            start = start ?? max(0, heard - lookBack)
            quiet = 0
        } else if let start {
            quiet += samples.count
            guard quiet >= scriberr_engine.samples(inSeconds: rules.minSilence) else { return }
            closed.append(start..<(heard - quiet))
            self.start = nil
        }
    }

    var isInSpeech: Bool { start != nil }
    func nextStretch() -> Range<Int>? { closed.isEmpty ? nil : closed.removeFirst() }
    func flush() {
        if let start, heard - quiet > start { closed.append(start..<(heard - quiet)) }
        start = nil
    }
    func reset() { (heard, start, quiet, closed) = (0, nil, 0, []) }
}

@Suite struct `Cutting speech into pieces` {
    private let rules = PieceRules(softMax: 8, hardMax: 10)

    /// Seconds of silence and speech in turn, beginning with silence. Speech has a quiet moment every second.
    private func recording(_ seconds: Double...) -> [Float] {
        seconds.enumerated().flatMap { index, length in
            (0..<samples(inSeconds: length)).map { position in
                index.isMultiple(of: 2) ? 0 : (position % 16_000 < 800 ? 0.12 : 0.5)
            }
        }
    }

    private func cut(
        _ audio: [Float],
        rules: PieceRules? = nil,
        from resume: Int = 0,
        firstIndex: Int = 0,
        chunk: Int = 5_000
    ) -> [Piece] {
        let rules = rules ?? self.rules
        var cutter = PieceCutter(
            rules: rules,
            detector: LoudnessDetector(rules: rules),
            streamStart: resume,
            firstIndex: firstIndex
        )
        var pieces: [Piece] = []
        for start in stride(from: resume, to: audio.count, by: chunk) {
            pieces += cutter.append(audio[start..<min(start + chunk, audio.count)])
        }
        return pieces + cutter.finish()
    }

    @Test func `stretches of speech become pieces with a little silence around them`() {
        let pieces = cut(recording(1, 2, 1, 3, 1))
        #expect(pieces.map(\.index) == [0, 1])
        #expect(pieces.count == 2 && abs(pieces[0].start - 0.7) < 0.1 && abs(pieces[1].start - 3.75) < 0.2)
        #expect(abs(pieces[0].end - 3.1) < 0.15 && abs(pieces[1].end - 7.1) < 0.15)
        #expect(pieces.allSatisfy { $0.speechSeconds >= 2 && $0.speechSeconds < $0.length })
    }

    @Test(arguments: [1, 511, 512, 513, 16_000, 1_000_000]) func `the pieces do not depend on how samples come`(chunk: Int) {
        let audio = recording(0.5, 1.3, 0.4, 2.2, 0.9, 12)
        #expect(same(cut(audio, chunk: chunk), cut(audio)))
    }

    @Test func `going on behind any piece gives the pieces of the whole`() {
        for rules in [rules, PieceRules(joinedMax: 6, joinGapMax: 1, softMax: 8, hardMax: 10)] {
            let audio = recording(0.5, 1.3, 0.4, 2.2, 0.9, 25, 3, 1, 0.3, 1, 0.7, 2)
            let whole = cut(audio, rules: rules)
            #expect(whole.count >= 5)
            for piece in whole {
                let rest = cut(audio, rules: rules, from: piece.resumeSample, firstIndex: piece.index + 1)
                #expect(same(rest, Array(whole[(piece.index + 1)...])), "behind \(piece.index)")
            }
        }
    }

    @Test func `speech without a pause is cut at a quiet moment and loses nothing`() {
        let audio = recording(0.5, 35, 1)
        let pieces = cut(audio)
        #expect(pieces.count >= 4)
        #expect(pieces.allSatisfy { $0.length <= rules.hardMax })
        #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.end == $1.start })
        for piece in pieces.dropLast() {
            // Quiet moments are the first 50 ms of every second of speech.
            let phase = (piece.end - 0.5).truncatingRemainder(dividingBy: 1)
            #expect(phase < 0.07 || phase > 0.98, "cut at \(piece.end)")
        }
    }

    @Test func `stretches are joined while they fit and their pauses are short`() {
        let joining = PieceRules(joinedMax: 5, joinGapMax: 0.6, softMax: 8, hardMax: 10)
        let pieces = cut(recording(0.5, 1, 0.4, 1, 0.4, 1, 2, 1, 0.4, 4.5, 1), rules: joining)
        #expect(pieces.map(\.stretches.count) == [3, 1, 1])
        #expect(pieces.allSatisfy { $0.length <= 5.5 })
        #expect(
            pieces.allSatisfy { piece in piece.stretches.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= piece.samples.count }
            }
        )
    }

    @Test func `samples of a piece are those of the recording at its place`() {
        let audio = recording(0.8, 2, 1.5, 11, 0.4, 1)
        for piece in cut(audio) {
            #expect(piece.samples == Array(audio[piece.firstSample..<(piece.firstSample + piece.samples.count)]))
        }
    }

    @Test(arguments: [4_096, 20_000]) func `speech that began before it was noticed is there, as far as it is still known`(
        lookBack: Int
    ) {
        // The recording is long enough for what lies behind to be forgotten.
        let audio = recording(9, 3, 6, 4, 8, 2, 1)
        for told in [lookBack, 512] {
            var cutter = PieceCutter(rules: rules, detector: LoudnessDetector(rules: rules, lookBack: lookBack, told: told))
            let pieces = stride(from: 0, to: audio.count, by: 4_000).flatMap {
                cutter.append(audio[$0..<min($0 + 4_000, audio.count)])
            }
            #expect(pieces.map { Int($0.end.rounded()) } == [12, 22, 32])
            let soon = told == lookBack ? Double(lookBack) / 16_000 : 0
            #expect(zip(pieces, [9.0, 18, 30]).allSatisfy { $0.start <= $1 - soon + 0.05 })
            #expect(pieces.allSatisfy { $0.stretches.allSatisfy { $0.lowerBound >= 0 } })
        }
    }

    @Test func `speech up to the last sample is kept and silence gives nothing`() {
        #expect(cut(recording(1, 1.3)).last.map { abs($0.end - 2.3) < 0.001 } == true)
        #expect(cut(recording(5)).isEmpty)
        #expect(cut([]).isEmpty)
        #expect(cut([Float](repeating: 0.5, count: 100)).allSatisfy { !$0.samples.isEmpty && $0.end <= 0.01 })
    }

    @Test func `halves are the whole, cut in a pause where there is one`() {
        let joining = PieceRules(joinedMax: 8, joinGapMax: 1, softMax: 8, hardMax: 10)
        let piece = cut(recording(0.5, 3, 0.6, 3, 1), rules: joining)[0]
        let halves = piece.halves()
        #expect(halves.count == 2 && halves[0].samples + halves[1].samples == piece.samples)
        #expect(halves.map(\.stretches.count) == [1, 1])
        #expect(halves[0].end == halves[1].start && abs(halves[0].end - 3.8) < 0.1)
        let short = cut(recording(0.5, 1, 1))[0]
        #expect(short.halves().map(\.samples) == [short.samples])
    }

    private func same(_ a: [Piece], _ b: [Piece]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy {
                $0.index == $1.index && $0.firstSample == $1.firstSample && $0.samples == $1.samples
                    && $0.resumeSample == $1.resumeSample && $0.stretches == $1.stretches
            }
    }
}
