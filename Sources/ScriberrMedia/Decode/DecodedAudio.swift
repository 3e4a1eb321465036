/// What a decode delivered.
package struct DecodedAudio: Sendable, Hashable {
    /// Samples handed out, at ``sampleRate``.
    package var samples: Int64
    /// Whether the file is damaged or ends early. What could be decoded was delivered; people should be told.
    package var isTruncated: Bool
    /// Whether the recording went on at the limit that the caller set.
    package var reachedLimit: Bool

    /// The rate of every decode, in Hz.
    package static let sampleRate = 16_000

    /// The length of what was delivered.
    package var seconds: Double { Double(samples) / Double(Self.sampleRate) }
}
