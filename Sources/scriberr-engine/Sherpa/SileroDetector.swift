import CSherpaOnnx
import Foundation
import ScriberrCore

/// Silero's voice detector as sherpa-onnx runs it. Not for two threads at once.
final class SileroDetector: SpeechDetector {
    /// The library ends the process on any other.
    static let window = 512

    let lookBackMax: Int
    private let detector: OpaquePointer

    /// Loads the model at `path`. Throws `MODEL_UNAVAILABLE` and `MODEL_CORRUPT`.
    init(library: SherpaLibrary.Opened, path: String, rules: PieceRules) throws {
        try Self.check(path)
        let made = withCStrings([path, "cpu"]) { strings in
            var config = SherpaOnnxVadModelConfig()
            config.silero_vad.model = strings[0]
            config.silero_vad.threshold = 0.5
            config.silero_vad.min_silence_duration = Float(rules.minSilence)
            config.silero_vad.min_speech_duration = Float(rules.minSpeech)
            config.silero_vad.max_speech_duration = Float(rules.softMax)
            config.silero_vad.window_size = Int32(Self.window)
            config.sample_rate = Int32(sampleRate)
            config.num_threads = 1
            config.provider = strings[1]
            return sherpa_vad_create(&config, Float(rules.hardMax) + 10)
        }
        guard let made else {
            throw ScriberrError(.modelCorrupt, "The voice detector's model is damaged; download it again.")
        }
        detector = made
        // Two windows with the 64 samples that each has from the one before, the shortest speech, and the window itself:
        // 4,064 were measured where this is 4,448.
        lookBackMax = 4 * Self.window + samples(inSeconds: rules.minSpeech)
    }

    deinit { sherpa_vad_destroy(detector) }

    /// The library ends the process over a model of another kind; Silero's take the samples, a state or two, and maybe the rate.
    private static func check(_ path: String) throws {
        try ModelFileCheck.requireONNX(path, role: "voice detector")
        let inputs = ModelFileCheck.isORT(path) ? 3 : (try? ONNXFile(path: path))?.inputs.count ?? 0
        guard (3...4).contains(inputs) else {
            throw ScriberrError(.modelCorrupt, "The voice detector's model is damaged; download it again.")
        }
    }

    func accept(_ samples: UnsafeBufferPointer<Float>) {
        precondition(samples.count == Self.window, "The detector judges more samples as one block.")
        sherpa_vad_accept(detector, samples.baseAddress, Int32(samples.count))
    }

    var isInSpeech: Bool { sherpa_vad_is_speech(detector) != 0 }

    func nextStretch() -> Range<Int>? {
        guard sherpa_vad_is_empty(detector) == 0, let segment = sherpa_vad_front(detector) else { return nil }
        defer {
            sherpa_segment_destroy(segment)
            sherpa_vad_pop(detector)
        }
        let start = Int(segment.pointee.start)
        return start..<(start + Int(segment.pointee.n))
    }

    func flush() { sherpa_vad_flush(detector) }

    func reset() { sherpa_vad_reset(detector) }
}

/// Hands C strings to `body`, valid while it runs.
func withCStrings<Value>(_ strings: [String?], _ body: ([UnsafePointer<CChar>?]) throws -> Value) rethrows -> Value {
    let copies = strings.map { $0.flatMap { strdup($0) } }
    defer { copies.forEach { free($0) } }
    return try body(copies.map { $0.map { UnsafePointer($0) } })
}
