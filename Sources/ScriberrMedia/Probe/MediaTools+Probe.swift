import Foundation
import ScriberrCore
import Subprocess

extension MediaTools {
    /// Looks into the file at `path`.
    ///
    /// Throws `MEDIA_MISSING`, `MEDIA_UNREADABLE` (empty, damaged, no audio, no sound in it, protected), `UNSUPPORTED_MEDIA_TYPE`
    /// (playlists, pictures, documents) or `ENGINE_UNAVAILABLE`. That a probe succeeds says nothing about damage
    /// further inside the file.
    package nonisolated(nonsending) func probe(_ path: String) async throws -> MediaInfo {
        let file = try MediaFile(path: path)
        let info = try await ask(file, ["-show_entries", ProbeReport.entries]) { answer in
            try ProbeReport(json: answer).info(beginning: file.beginning)
        }
        // Without a length there may be no sound at all. What browsers record has never a length, and is not asked again.
        guard info.durationSeconds == nil, !info.container.hasPrefix("matroska") else { return info }
        let firstPacket = ["-select_streams", "a:0", "-show_entries", "packet=size", "-read_intervals", "%+#1"]
        let hasSound = try await ask(file, firstPacket) {
            try JSONDecoder().decode(PacketReport.self, from: $0).packets?.isEmpty != true
        }
        guard hasSound else { throw MediaFault.noSound("no packet in container \(info.container)") }
        return info
    }

    private nonisolated(nonsending) func ask<Answer>(
        _ file: MediaFile,
        _ question: [String],
        read: (Data) throws -> Answer
    ) async throws -> Answer {
        let child = GuardedChild(
            tools: self,
            program: ffprobe,
            arguments: ["-hide_banner", "-v", "error"] + file.inputArguments(limits) + question
                + ["-of", "json=c=1", "-i", file.inputName],
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
            return try read(answer)
        } catch let error as DecodingError {
            throw MediaFault.unreadable("the probe's answer makes no sense: \(error)")
        }
    }
}

/// What ffprobe prints of packets.
private struct PacketReport: Decodable {
    struct Packet: Decodable {}
    var packets: [Packet]?
}
