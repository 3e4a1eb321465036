import ScriberrCore
import ScriberrEngineWire
import ScriberrMedia

/// One transcription: decode, cut at silences, recognize the pieces side by side, hand the text on in order.
struct TranscribeRun: Sendable {
    let order: TranscribeOrder
    let recognizer: any Recognizer
    let library: SherpaLibrary.Opened
    let recording: Recording
    let wire: EventWriter
    let position: PositionBook

    /// Runs to the end; throws `CancellationError` soon after its task was canceled.
    func run() async throws -> OrderReport {
        let processorBefore = ResourceUse.processorSeconds
        let facts = try await recording.facts()
        if let seconds = recording.seconds(facts) { wire.send(.audio(order: order.order, seconds: seconds)) }
        let isResumed = order.resumeAt > recording.start
        let resumedPrelude = isResumed && recognizer.preludeSeconds > 0 ? try await prelude() : nil
        if let resumedPrelude { try recognizer.listen(to: resumedPrelude) }
        let summary = try await recognizeAll(facts, needsPrelude: recognizer.preludeSeconds > 0 && resumedPrelude == nil)
        return OrderReport(
            audioSeconds: summary.audioSeconds,
            speechSeconds: summary.speechSeconds,
            processorSeconds: ResourceUse.processorSeconds - processorBefore,
            peakMemoryBytes: ResourceUse.peakMemoryBytes,
            flags: summary.isTruncated ? ["AUDIO_TRUNCATED"] : []
        )
    }

    private struct Summary {
        var audioSeconds = 0.0
        var speechSeconds = 0.0
        var isTruncated = false
    }

    private func recognizeAll(_ facts: MediaInfo, needsPrelude: Bool) async throws -> Summary {
        let start = max(recording.start, order.resumeAt)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            var cutter = try cutter(start: start, firstIndex: order.firstPiece)
            var feed = Feed(run: self, preludeSeconds: needsPrelude ? recognizer.preludeSeconds : 0)
            let isTruncated = try await recording.read(from: start, facts: facts) { samples in
                try await feed.take(cutter.append(samples), isLast: false, group: &group)
                position.scanned(to: cutter.position)
            }
            try await feed.take(cutter.finish(), isLast: true, group: &group)
            try await group.waitForAll()
            position.scanned(to: start + cutter.audioSeconds)
            tellPosition()
            return Summary(
                audioSeconds: cutter.audioSeconds,
                speechSeconds: feed.speechSeconds,
                isTruncated: isTruncated
            )
        }
    }

    /// Hands pieces to the recognizer, as many at once as it may have, and waits when there are more.
    private struct Feed {
        private let run: TranscribeRun
        private let threads: NativeThreads
        private let outlet: InOrder<Finished>
        private var gate: PreludeGate
        private var running = 0
        private(set) var speechSeconds = 0.0

        init(run: TranscribeRun, preludeSeconds: Double) {
            self.run = run
            threads = NativeThreads(count: run.recognizer.parallelism)
            outlet = InOrder(first: run.order.firstPiece) { run.emit($0) }
            gate = PreludeGate(seconds: preludeSeconds)
        }

        nonisolated(nonsending) mutating func take(
            _ pieces: [Piece],
            isLast: Bool,
            group: inout ThrowingTaskGroup<Void, any Error>
        ) async throws {
            pieces.forEach { run.position.open($0) }
            guard let released = gate.release(pieces, isLast: isLast) else { return }
            if let prelude = released.prelude { try run.recognizer.listen(to: prelude) }
            for piece in released.pieces {
                // One more than can run, so that no thread waits for the detector.
                if running > run.recognizer.parallelism { try await group.next() } else { running += 1 }
                speechSeconds += piece.speechSeconds
                group.addTask { [run, threads, outlet] in
                    let recognition = try await threads.run { try run.recognizer.recognize(piece) }
                    outlet.deliver(Finished(piece: piece, recognition: recognition), number: piece.index)
                }
            }
        }
    }

    /// The first pieces of the whole part, for a run that starts in its middle.
    private func prelude() async throws -> [Piece] {
        struct Enough: Error {}
        var cutter = try cutter(start: recording.start, firstIndex: 0)
        var gate = PreludeGate(seconds: recognizer.preludeSeconds)
        var found: [Piece]?
        do {
            _ = try await recording.read { samples in
                found = gate.release(cutter.append(samples), isLast: false)?.prelude
                if found != nil { throw Enough() }
            }
        } catch is Enough {}
        return found ?? gate.release(cutter.finish(), isLast: true)?.prelude ?? []
    }

    private func cutter(start: Double, firstIndex: Int) throws -> PieceCutter<SileroDetector> {
        let detector = try SileroDetector(library: library, path: order.vadModelPath, rules: recognizer.rules)
        return PieceCutter(
            rules: recognizer.rules,
            detector: detector,
            streamStart: samples(inSeconds: start),
            firstIndex: firstIndex
        )
    }

    fileprivate struct Finished: Sendable {
        var piece: Piece
        var recognition: Recognition
    }

    fileprivate func emit(_ finished: Finished) {
        let (piece, recognition) = (finished.piece, finished.recognition)
        let event = TranscribedPiece(
            index: piece.index,
            start: piece.start,
            end: piece.end,
            resumeAt: piece.resumeAt,
            text: recognition.text,
            words: recognition.words,
            segments: recognition.segments,
            language: recognition.language,
            flags: recognition.flags
        )
        wire.send(.piece(order: order.order, piece: event))
        position.close(piece.index)
        tellPosition()
    }

    /// Tells the server how far the order is, when that has changed.
    func tellPosition() {
        if let news = position.news() { wire.send(.progress(order: order.order, position: news)) }
    }
}
