/// Cuts a stream of samples into pieces of speech.
///
/// The detector starts afresh behind every stretch of speech, at the very place that the piece names as `resumeAt`. So
/// a run that starts there finds the same pieces, sample by sample, as one that came all the way.
struct PieceCutter<Detector: SpeechDetector> {
    private let rules: PieceRules
    private let detector: Detector
    /// The stream's first sample as a sample of the recording.
    private let streamStart: Int
    private var history = SampleHistory()
    /// The window that the detector gets next.
    private var cursor = 0
    /// Where the detector started afresh.
    private var origin = 0
    /// Where the open stretch began, while there is one.
    private var openStart: Int?
    /// Stretches that may still be joined by the next one.
    private var pending: Pending?
    private var nextIndex: Int
    /// Behind the last piece: no piece reaches over it.
    private var lastResume = 0
    private var ready: [Piece] = []
    /// The end of the true audio, once it is known.
    private var audioEnd: Int?

    private struct Pending {
        /// Never empty.
        var stretches: [Range<Int>]
        var resume: Int

        var start: Int { stretches[0].lowerBound }
        var end: Int { stretches[stretches.count - 1].upperBound }
    }

    /// `streamStart` is the first sample's place in the recording, `firstIndex` the number of the first piece.
    init(rules: PieceRules, detector: Detector, streamStart: Int = 0, firstIndex: Int = 0) {
        self.rules = rules
        self.detector = detector
        self.streamStart = streamStart
        nextIndex = firstIndex
        detector.reset()
    }

    /// Seconds of the stream so far.
    var audioSeconds: Double { seconds(ofSamples: audioEnd ?? history.end) }

    /// Every piece that starts before this second of the recording has been handed out.
    var position: Double {
        seconds(ofSamples: streamStart + min(pending?.start ?? openStart ?? cursor, audioEnd ?? cursor))
    }

    /// Takes the next samples and gives the pieces that have ended in them.
    mutating func append(_ samples: some Collection<Float>) -> [Piece] {
        history.append(samples)
        detect()
        return takeReady()
    }

    /// Gives the pieces that are left when the stream has ended.
    mutating func finish() -> [Piece] {
        audioEnd = history.end
        // The detector drops a tail shorter than its window, and closes a stretch only in silence.
        history.append(repeatElement(0, count: samples(inSeconds: rules.minSilence) + 2 * Detector.window + Detector.window - 1))
        detect()
        detector.flush()
        takeStretches(isLast: true)
        emitPending()
        return takeReady()
    }

    private mutating func takeReady() -> [Piece] {
        defer { ready = [] }
        return ready
    }

    private mutating func detect() {
        while cursor + Detector.window <= history.end {
            history.withWindow(at: cursor, count: Detector.window) { detector.accept($0) }
            cursor += Detector.window
            if takeStretches(isLast: false) { continue }
            followOpenStretch()
            if let pending, openStart == nil, cursor - pending.end > samples(inSeconds: rules.joinGapMax) { emitPending() }
            forgetOldSamples()
        }
    }

    /// Takes what the detector has closed. True when it was started afresh.
    @discardableResult private mutating func takeStretches(isLast: Bool) -> Bool {
        guard let stretch = detector.nextStretch() else { return false }
        let limit = audioEnd ?? cursor
        let start = min(origin + stretch.lowerBound, limit)
        let end = min(origin + stretch.upperBound, limit)
        // In the middle of the pause, so that both neighbours have some silence around them.
        let resume = isLast ? limit : min((end + cursor) / 2, limit)
        if start < end { join(start: start, end: end, resume: resume) }
        restartDetector(at: resume)
        return true
    }

    /// Cuts an open stretch that has grown too long.
    private mutating func followOpenStretch() {
        guard detector.isInSpeech else {
            openStart = nil
            return
        }
        // The detector does not tell where an open stretch began, only by how much it goes back from here at most.
        let start = openStart ?? max(origin, cursor - detector.lookBackMax)
        openStart = start
        let longest = samples(inSeconds: rules.hardMax - rules.lead - rules.trail)
        guard cursor - start >= longest else { return }
        emitPending()
        let cut = min(quietestPoint((start + longest * 3 / 5)..<cursor), audioEnd ?? cursor)
        join(start: start, end: cut, resume: cut)
        emitPending()
        restartDetector(at: cut)
    }

    private mutating func restartDetector(at position: Int) {
        detector.reset()
        origin = position
        cursor = position
        openStart = nil
    }

    private mutating func join(start: Int, end: Int, resume: Int) {
        if var group = pending {
            let fits = end - group.start <= samples(inSeconds: rules.joinedMax)
            if fits && start - group.end <= samples(inSeconds: rules.joinGapMax) {
                group.stretches.append(start..<end)
                group.resume = resume
                pending = group
                return
            }
            emitPending()
        }
        pending = Pending(stretches: [start..<end], resume: resume)
        if rules.joinedMax == 0 { emitPending() }
    }

    private mutating func emitPending() {
        guard let group = pending else { return }
        pending = nil
        let start = max(group.start - samples(inSeconds: rules.lead), lastResume, history.start)
        let end = min(group.end + samples(inSeconds: rules.trail), group.resume)
        ready.append(
            Piece(
                index: nextIndex,
                firstSample: streamStart + start,
                samples: Array(history[start..<end]),
                resumeSample: streamStart + group.resume,
                stretches: group.stretches.map { max($0.lowerBound - start, 0)..<($0.upperBound - start) }
            )
        )
        nextIndex += 1
        lastResume = group.resume
    }

    private func quietestPoint(_ range: Range<Int>) -> Int {
        let samples = history[range]
        let offset = range.lowerBound - samples.startIndex
        return QuietestPoint.find(in: samples, within: samples.startIndex..<samples.endIndex) + offset
    }

    /// Keeps what a piece may still reach back to.
    private mutating func forgetOldSamples() {
        let first = min(pending?.start ?? cursor, openStart ?? cursor, cursor - detector.lookBackMax)
        history.forget(before: max(first - samples(inSeconds: rules.lead), 0))
    }
}
