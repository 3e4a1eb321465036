import Foundation
import ScriberrCore
import Subprocess

extension MediaTools {
    /// More than a day is not decoded at once.
    package static let secondsMax = 86_400.0

    /// Decodes the first audio track to 16 kHz mono and hands it to `body` as it comes.
    ///
    /// Time counts as in a player: from the start of the file, which is silent until its sound begins. Sound that begins
    /// more than half an hour behind the picture is the exception; it counts from its own beginning.
    ///
    /// The decoder waits while `body` works, so memory does not depend on the length. Slices have any size and are only
    /// good until `body` returns (copy what is kept). `start` and `end` are seconds; in files without an index a start
    /// is found by estimate and may be off by a fraction of a second. At most `maxSeconds` are decoded.
    ///
    /// Give `expectedSeconds` (from the probe) where it is known: it tells a recording that ends early from a short one.
    /// A damaged file is decoded as far as it goes and marked ``DecodedAudio/isTruncated``; one that gives nothing at all
    /// throws `MEDIA_UNREADABLE` or `UNSUPPORTED_MEDIA_TYPE`. What `body` throws ends the decoder and is thrown on.
    package nonisolated(nonsending) func decode(
        _ path: String,
        start: Double = 0,
        end: Double? = nil,
        maxSeconds: Double = MediaTools.secondsMax,
        expectedSeconds: Double? = nil,
        body: nonisolated(nonsending) (ArraySlice<Float>) async throws -> Void
    ) async throws -> DecodedAudio {
        let file = try MediaFile(path: path)
        let wanted = min(maxSeconds, (end ?? .infinity) - start)
        guard start >= 0, start.isFinite, wanted > 0, wanted.isFinite else {
            throw ScriberrError(.validation, "The part to decode must start before it ends.")
        }
        // A little more than asked for, so that "exactly the limit" differs from "went on".
        let asked = wanted + marginSeconds
        let child = GuardedChild(
            tools: self,
            program: ffmpeg,
            arguments: decodeArguments(file: file, start: start, seconds: asked),
            processorSeconds: limits.processorSeconds(decoding: asked)
        )
        var reader = SampleReader()
        var meter = SampleMeter(wantedSeconds: wanted)
        let ending = try await child.run { piece in
            let samples = piece.withUnsafeBytes { reader.read($0) }
            let part = try meter.take(samples)
            if !part.isEmpty { try await body(part) }
        }
        return try meter.result(
            ending,
            file: file,
            start: start,
            expectedSeconds: end == nil ? expectedSeconds : nil
        )
    }

    private func decodeArguments(file: MediaFile, start: Double, seconds: Double) -> [String] {
        let seek = start > 0 ? ["-ss", decimal(start)] : []
        // Unless it is told of some offset, the decoder takes the start of the sound for that of a broadcast stream.
        let origin = ["-itsoffset", "0.000001"]
        return ["-nostdin", "-hide_banner", "-v", "error"] + file.inputArguments(limits) + seek
            + ["-t", decimal(seconds)] + origin + ["-i", file.inputName]
            + ["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", soundFilters, "-f", "f32le", "pipe:1"]
    }
}

/// The wanted format, then silence up to the first sample. Silence is made in one go and held in memory, 64 kB a second, which
/// is why it has a limit. Gaps further on (`min_hard_comp`, in seconds) stay as they are.
private let soundFilters = [
    "aformat=sample_fmts=flt:sample_rates=\(DecodedAudio.sampleRate):channel_layouts=mono",
    #"asetpts=if(gt(STARTPTS*TB\,\#(leadSecondsMax))\,PTS-STARTPTS\,PTS)"#,
    "aresample=async=1:min_hard_comp=1000000:first_pts=0",
].joined(separator: ",")

/// The longest silence before the sound that is decoded as such.
private let leadSecondsMax = 1_800

/// What is decoded beyond the wanted part, to see whether the recording goes on.
private let marginSeconds = 0.5

/// ffmpeg reads `1e-05` wrongly; three decimals are finer than it seeks.
private func decimal(_ seconds: Double) -> String { String(format: "%.3f", seconds) }

/// Counts what the decoder delivers, holds it to what was asked for and judges the end.
private struct SampleMeter {
    private let wanted: Int64
    private var delivered: Int64 = 0
    private var isBeyond = false

    init(wantedSeconds: Double) {
        wanted = Int64((wantedSeconds * Double(DecodedAudio.sampleRate)).rounded())
    }

    /// The part of `samples` that was asked for.
    mutating func take(_ samples: ArraySlice<Float>) throws -> ArraySlice<Float> {
        let part = samples.prefix(Int(min(wanted - delivered, Int64(samples.count))))
        delivered += Int64(part.count)
        isBeyond = isBeyond || part.count < samples.count
        return part
    }

    func result(_ ending: ChildEnding, file: MediaFile, start: Double, expectedSeconds: Double?) throws -> DecodedAudio {
        switch ending.cause {
        case .finished where delivered > 0 || start > 0, .failed where delivered > 0: break
        case .finished: throw MediaFault.noSound(ending.detail)
        default: throw MediaFault.classify(ending, beginning: file.beginning)
        }
        let seconds = Double(delivered) / Double(DecodedAudio.sampleRate)
        let missing = isBeyond ? 0 : (expectedSeconds ?? 0) - start - seconds
        // Containers round their lengths, and encoders pad: one second and two percent are no damage.
        let endsEarly = missing > 1 + 0.02 * seconds
        let failed = ending.cause != .finished
        return DecodedAudio(samples: delivered, isTruncated: failed || endsEarly, reachedLimit: isBeyond)
    }
}
