import CSherpaOnnx
import Foundation
import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// A recognizer of sherpa-onnx, loaded.
///
/// `@unchecked Sendable`: the library's recognizers may be used by many threads with a stream each; only `set` writes,
/// and it is called between orders.
final class SherpaModel: @unchecked Sendable {
    let files: SherpaFiles
    private let recognizer: OpaquePointer
    private let threads: Int
    private let vocabulary: NamelessFile?

    /// Loads the model; throws `MODEL_CORRUPT` when the library does not like it and lives to tell.
    init(library: SherpaLibrary.Opened, files: SherpaFiles, options: SherpaOptions, threads: Int) throws {
        let vocabulary = options.hotwords.isEmpty ? nil : try HotwordVocabulary.file(tokensPath: files.tokensPath)
        let configuration = SherpaConfiguration(files: files, options: options, threads: threads, vocabulary: vocabulary?.path)
        var config = configuration.config
        let made = withExtendedLifetime(configuration) { sherpa_recognizer_create(&config) }
        guard let made else {
            throw ScriberrError(
                .modelCorrupt,
                "The model '\(files.model.id)' cannot be loaded; remove it and download it again."
            )
        }
        recognizer = made
        self.files = files
        self.threads = threads
        self.vocabulary = vocabulary
    }

    deinit { sherpa_recognizer_destroy(recognizer) }

    /// Sets language and task of the pieces to come. Nothing may be decoding.
    func set(_ options: SherpaOptions) {
        guard files.model.family == .whisper || files.model.family == .canary else { return }
        let configuration = SherpaConfiguration(files: files, options: options, threads: threads, vocabulary: vocabulary?.path)
        var config = configuration.config
        withExtendedLifetime(configuration) { sherpa_recognizer_set(recognizer, &config) }
    }

    /// Decodes some samples; at least a tenth of a second, at most what the family takes.
    func decode(_ samples: [Float], hotwords: [String]) throws -> SherpaResult {
        let phrases = hotwords.joined(separator: "\n")
        let made =
            hotwords.isEmpty
            ? sherpa_stream_create(recognizer) : sherpa_stream_create_with_hotwords(recognizer, phrases)
        guard let stream = made else { throw failed() }
        defer { sherpa_stream_destroy(stream) }
        sherpa_stream_accept(stream, Int32(sampleRate), samples, Int32(samples.count))
        sherpa_stream_decode(recognizer, stream)
        guard let result = sherpa_result(stream) else { throw failed() }
        defer { sherpa_result_destroy(result) }
        return SherpaResult(result.pointee)
    }

    private func failed() -> ScriberrError {
        ScriberrError(.engineFailed, "The speech engine could not work on this recording.")
    }
}
