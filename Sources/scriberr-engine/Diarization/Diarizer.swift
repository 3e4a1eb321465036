import CSherpaOnnx
import Foundation
import ScriberrCore
import ScriberrEngineWire

/// How many speakers there are, as far as that is known.
enum SpeakerCount: Sendable, Hashable {
    case exactly(Int)
    case found
}

/// sherpa-onnx's speaker diarization, loaded.
///
/// `@unchecked Sendable`: an order uses it from one thread at a time, and orders run one after the other.
final class Diarizer: @unchecked Sendable {
    /// What the clustering costs grows with the square of the number of windows. At this number it takes about a gigabyte.
    private static let windowsMax = 7_200.0
    private static let windowSeconds = 10.0

    private let handle: OpaquePointer
    private let files: DiarizerFiles
    private let threads: Int
    private let device: String

    /// How far the window moves, as a part of its length: a tenth, and more from two hours on. 0.5 at ten hours.
    static func windowShift(seconds: Double) -> Double {
        min(max(0.1, seconds / (windowsMax * windowSeconds)), 1)
    }

    /// About how much memory a recording of this length takes beside the models, measured with `make bench-engine`: its samples,
    /// what is kept of each window, and the distances of the clustering.
    static func memoryBytes(seconds: Double) -> Int64 {
        let windows = seconds / (windowShift(seconds: seconds) * windowSeconds)
        return Int64(seconds * 64_000 + windows * 45_000 + windows * windows * 18)
    }

    /// Loads both models for recordings that need this shift.
    init(library: SherpaLibrary.Opened, files: DiarizerFiles, shift: Double, threads: Int, device: String) throws {
        let made = Self.withConfiguration(files, .found, shift: shift, threads: threads, device: device) { config in
            sherpa_diarizer_create(&config)
        }
        guard let made else {
            throw ScriberrError(
                .modelCorrupt,
                "The model '\(files.model.id)' cannot be loaded; remove it and download it again."
            )
        }
        handle = made
        self.files = files
        self.threads = threads
        self.device = device
        shiftRatio = shift
    }

    private let shiftRatio: Double

    deinit { sherpa_diarizer_destroy(handle) }

    /// The turns in some samples, in order of their start, with times in seconds from the first sample.
    /// `onProgress` gets the part that is done, from 0 to 1. Can't be interrupted.
    func turns(in samples: [Float], count: SpeakerCount, onProgress: @escaping (Double) -> Void) -> [SpeakerTurn] {
        Self.withConfiguration(files, count, shift: shiftRatio, threads: threads, device: device) { config in
            sherpa_diarizer_set(handle, &config)
        }
        let listener = Unmanaged.passRetained(Listener(onProgress))
        defer { listener.release() }
        let result = sherpa_diarizer_process(
            handle,
            samples,
            Int32(samples.count),
            { done, total, context in
                guard let context, total > 0 else { return 0 }
                Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue().onProgress(Double(done) / Double(total))
                return 0
            },
            listener.toOpaque()
        )
        guard let result else { return [] }
        defer { sherpa_turns_destroy(result) }
        guard let turns = sherpa_turns_sorted(result) else { return [] }
        defer { sherpa_turns_free(turns) }
        return (0..<Int(sherpa_turns_count(result))).map { index in
            let turn = turns[index]
            return SpeakerTurn(start: Double(turn.start), end: Double(turn.end), speaker: String(turn.speaker))
        }
    }

    private final class Listener {
        let onProgress: (Double) -> Void
        init(_ onProgress: @escaping (Double) -> Void) { self.onProgress = onProgress }
    }

    private static func withConfiguration<Value>(
        _ files: DiarizerFiles,
        _ count: SpeakerCount,
        shift: Double,
        threads: Int,
        device: String,
        _ body: (inout SherpaOnnxOfflineSpeakerDiarizationConfig) -> Value
    ) -> Value {
        withCStrings([files.segmentation, files.embedding, device]) { strings in
            var config = SherpaOnnxOfflineSpeakerDiarizationConfig()
            config.segmentation.pyannote.model = strings[0]
            config.segmentation.pyannote.window_shift_ratio = Float(shift)
            config.segmentation.num_threads = Int32(threads)
            config.segmentation.provider = strings[2]
            config.embedding.model = strings[1]
            config.embedding.num_threads = Int32(threads)
            config.embedding.provider = strings[2]
            if case .exactly(let speakers) = count { config.clustering.num_clusters = Int32(speakers) }
            config.clustering.threshold = files.model.parameters["threshold"].flatMap(Float.init) ?? 0.5
            config.min_duration_on = 0.3
            config.min_duration_off = 0.5
            return body(&config)
        }
    }
}
