import ScriberrCore
import ScriberrMedia

/// The part of a recording that an order is about.
struct Recording: Sendable {
    let tools: MediaTools
    let path: String
    /// Seconds of the recording.
    let start: Double
    let end: Double?
    /// More is not listened to.
    var secondsMax = MediaTools.secondsMax

    /// What the file tells of itself.
    func facts() async throws -> MediaInfo { try await tools.probe(path) }

    /// The length of the part, when the file tells the length of the whole.
    func seconds(_ facts: MediaInfo) -> Double? { facts.durationSeconds.map { max(0, min($0, end ?? .infinity) - start) } }

    /// Hands over the samples from `resumeAt` (seconds of the recording) on, in order. True when the file is damaged, ends before it
    /// should by its `facts`, or goes on behind ``secondsMax``.
    ///
    /// Everything before `resumeAt` is decoded and dropped, at about a thousand times real time: seeking finds the
    /// very same sample only in files with an index, and a resumed run must hear what the first one would have heard.
    func read(
        from resumeAt: Double? = nil,
        facts: MediaInfo? = nil,
        onSamples: nonisolated(nonsending) (ArraySlice<Float>) async throws -> Void
    ) async throws -> Bool {
        var toDrop = max(0, samples(inSeconds: resumeAt ?? start) - samples(inSeconds: start))
        let audio = try await tools.decode(
            path,
            start: start,
            end: end,
            maxSeconds: secondsMax,
            expectedSeconds: facts?.declaredSeconds
        ) { chunk in
            try Task.checkCancellation()
            let kept = chunk.dropFirst(toDrop)
            toDrop -= chunk.count - kept.count
            if !kept.isEmpty { try await onSamples(kept) }
        }
        let wanted = (end ?? .infinity) - start
        return audio.isTruncated || (audio.reachedLimit && wanted > secondsMax)
    }
}
