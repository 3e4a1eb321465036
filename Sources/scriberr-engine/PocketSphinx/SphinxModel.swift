import CPocketSphinx
import Foundation
import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// PocketSphinx' files, checked, and the decoders that were made from them. A decoder takes 0.3 s to make and about
/// 90 MB, so the second is made when two pieces are there at the same time, and both are kept.
final class SphinxModel: Sendable {
    let id: String
    private let arguments: [String]
    private let idle = Mutex<[SphinxDecoder]>([])

    init(library: SphinxLibrary.Opened, model: ModelFiles) throws {
        id = model.id
        let acoustic = try ModelFileCheck.folder("hmm", of: model)
        for name in ["mdef", "means", "variances", "transition_matrices", "feat.params"] {
            guard FileManager.default.isReadableFile(atPath: acoustic + "/" + name) else {
                throw ScriberrError(
                    .modelUnavailable,
                    "The acoustic model of '\(model.id)' is incomplete; install pocketsphinx-en-us again.",
                    detail: name
                )
            }
        }
        // Measured on clean read speech: word error rate 24 % instead of 39 %, at 0.6 times the work.
        arguments = [
            "-hmm", acoustic,
            "-dict", try ModelFileCheck.file("dict", of: model),
            "-lm", try ModelFileCheck.file("lm", of: model),
            "-wip", "0.9",
            "-fwdflat", "no",
        ]
        give(back: try makeDecoder())
    }

    /// Lends a decoder to `body`.
    func withDecoder<Value>(_ body: (SphinxDecoder) throws -> Value) throws -> Value {
        let decoder = try idle.withLock { $0.popLast() } ?? makeDecoder()
        defer { give(back: decoder) }
        return try body(decoder)
    }

    private func give(back decoder: SphinxDecoder) { idle.withLock { $0.append(decoder) } }

    private func makeDecoder() throws -> SphinxDecoder {
        guard let decoder = try SphinxDecoder(arguments: arguments) else {
            throw ScriberrError(.modelCorrupt, "The files of model '\(id)' are damaged; install pocketsphinx-en-us again.")
        }
        return decoder
    }
}
