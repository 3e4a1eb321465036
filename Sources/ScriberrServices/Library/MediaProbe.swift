/// What the library wants to know about an uploaded file.
package struct ProbedMedia: Sendable, Hashable {
    /// Found in the bytes, such as `audio/mpeg`.
    package var mimeType: String
    /// Seconds, when known.
    package var durationSeconds: Double?
    /// Whether there is a picture track that moves.
    package var hasVideo: Bool

    package init(mimeType: String, durationSeconds: Double?, hasVideo: Bool) {
        self.mimeType = mimeType
        self.durationSeconds = durationSeconds
        self.hasVideo = hasVideo
    }
}

/// Looks into a file. Throws `UNSUPPORTED_MEDIA_TYPE` when it is neither audio nor video, `MEDIA_UNREADABLE` when there is no
/// sound in it or it cannot be read.
package protocol MediaProbe: Sendable {
    func probe(path: String) async throws -> ProbedMedia
    /// The outline of a recording in equal parts. Decodes all of it; memory does not depend on its length.
    func outline(path: String, parts: Int) async throws -> WaveformOutline
}
