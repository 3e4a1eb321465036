import ScriberrStore

/// A recording's bytes in a local file, for sending them without reading them.
package struct LocalAudio: Sendable {
    private let file: LocalFile

    init(_ file: LocalFile) { self.file = file }

    /// A descriptor of the caller's own, who closes it.
    package func descriptor() throws -> Int32 { try file.descriptor() }

    /// Whether sending bytes `range` waits for no disk.
    package func isAtHand(_ range: Range<Int64>) -> Bool { file.isAtHand(range) }

    /// Waits until bytes `range` have come from the disk. Throws `MEDIA_MISSING` when there are fewer.
    package func load(_ range: Range<Int64>) async throws { try await file.load(range) }
}
