import ScriberrCore
import ScriberrEngineWire
import Synchronization

extension TranscriptionEvent {
    /// What a host's message means to a caller; nil for those that are between the two of us.
    init?(_ event: EngineEvent) {
        switch event {
        case .loading: self = .loadingModel
        case .audio(_, let seconds): self = .started(audioSeconds: seconds)
        case .progress(_, let position): self = .position(position)
        case .piece(_, let piece): self = .piece(SpeechPiece(piece))
        default: return nil
        }
    }
}

extension SpeechPiece {
    init(_ piece: TranscribedPiece) {
        self.init(
            index: piece.index,
            start: piece.start,
            end: piece.end,
            resumeAt: piece.resumeAt,
            text: piece.text,
            words: piece.words,
            segments: piece.segments,
            language: piece.language,
            flags: piece.flags
        )
    }
}

extension TranscriptionReport {
    init(_ report: OrderReport) {
        self.init(
            audioSeconds: report.audioSeconds,
            speechSeconds: report.speechSeconds,
            processorSeconds: report.processorSeconds,
            peakMemoryBytes: report.peakMemoryBytes,
            isTruncated: report.flags.contains("AUDIO_TRUNCATED")
        )
    }
}

/// What a diarization has told so far.
final class FoundTurns: Sendable {
    private let start: Double
    private let state = Mutex(State())

    private struct State {
        var turns: [SpeakerTurn] = []
        var audioSeconds: Double?
        var share = 0.0
    }

    /// Of a part that begins at `start`, in seconds of the recording.
    init(start: Double) { self.start = start }

    /// Takes note of a message; the share of work that is done, when it tells one or that the host lives.
    func take(_ event: EngineEvent) -> Double? {
        state.withLock { state in
            switch event {
            case .audio(_, let seconds):
                state.audioSeconds = seconds
                return nil
            case .progress(_, let position):
                guard let seconds = state.audioSeconds, seconds > 0 else { return state.share }
                state.share = min(max((position - start) / seconds, 0), 1)
                return state.share
            case .heartbeat:
                return state.share
            case .turns(_, let turns):
                state.turns = turns
                return nil
            default:
                return nil
            }
        }
    }

    /// In order of their start.
    var sorted: [SpeakerTurn] { state.withLock { $0.turns.sorted { $0.start < $1.start } } }
}
