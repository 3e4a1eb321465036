package import ScriberrCore

extension EventType {
    /// A webhook was disabled because nobody took what it sent.
    package static let webhookDisabled = EventType(rawValue: "webhook.disabled")
    /// A message that was sent to try a webhook out.
    static let webhookTest = EventType(rawValue: "webhook.test")

    /// What can be sent to webhooks. What comes many times a second is for event streams.
    package static let sendable: [EventType] = [
        .fileReady, .fileProcessing, .fileFailed, .fileUpdated, .fileDeleted, .transcriptionCreated, .transcriptionQueued,
        .transcriptionUpdated, .transcriptionCanceling, .transcriptionCompleted, .transcriptionFailed, .transcriptionCanceled,
        .transcriptionDeleted, .transcriptUpdated, .profileUpdated, .settingsUpdated, .webhookDisabled,
    ]

    /// What is sent to a webhook that names no types, and to the callback of a job.
    static let ends: [EventType] = [.transcriptionCompleted, .transcriptionFailed, .transcriptionCanceled]
}
