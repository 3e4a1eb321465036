import Foundation
import ScriberrCore
import Subprocess

extension MediaTools {
    /// Looks into the file at `path`.
    ///
    /// Throws `MEDIA_MISSING`, `MEDIA_UNREADABLE` (empty, damaged, no audio, protected), `UNSUPPORTED_MEDIA_TYPE`
    /// (playlists, pictures, documents) or `ENGINE_UNAVAILABLE`. That a probe succeeds says nothing about damage
    /// further inside the file.
    package nonisolated(nonsending) func probe(_ path: String) async throws -> MediaInfo {
        let file = try MediaFile(path: path)
        let child = GuardedChild(
            tools: self,
            program: ffprobe,
            arguments: ["-hide_banner", "-v", "error"] + file.inputArguments(limits)
                + ["-show_entries", ProbeReport.entries, "-of", "json=c=1", "-i", file.inputName],
            processorSeconds: limits.processorSeconds
        )
        var answer = Data()
        let ending = try await child.run { piece in
            piece.withUnsafeBytes { answer.append(contentsOf: $0) }
            guard answer.count <= limits.probeAnswerBytes else {
                throw MediaFault.unreadable("the probe's answer is longer than \(limits.probeAnswerBytes) bytes")
            }
        }
        guard ending.cause == .finished else { throw MediaFault.classify(ending, beginning: file.beginning) }
        do {
            return try ProbeReport(json: answer).info(beginning: file.beginning)
        } catch let error as DecodingError {
            throw MediaFault.unreadable("the probe's answer makes no sense: \(error)")
        }
    }
}
