package import ScriberrCore

extension EventType {
    /// What is for event streams only: it comes too often for webhooks, or is about the machine.
    private static let passing: [EventType] = [
        .fileProgress, .transcriptionProgress, .transcriptionSegment, .modelProgress, .modelReady, .modelFailed, .modelRemoved,
        .queuePaused, .queueResumed,
    ]

    /// The names of all that event streams can carry.
    package static let streamed = Set((sendable + passing).map(\.rawValue))
}
