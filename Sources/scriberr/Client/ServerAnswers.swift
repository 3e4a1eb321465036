import Foundation

/// What the server says, as far as the command line reads it.
struct RemoteJob: Decodable, Sendable {
    var id: String
    var fileId: String
    var title: String
    var status: String
    var progress: Double
    var progressStage: String
    var durationSeconds: Double?
    var createdAt: String
    var error: String?
    var errorCode: String?
    var warnings: [Warning]?

    struct Warning: Decodable, Sendable {
        var code: String
        var message: String
    }

    var hasEnded: Bool { ["completed", "failed", "canceled"].contains(status) }
}

struct RemoteList<Item: Decodable & Sendable>: Decodable, Sendable {
    var items: [Item]
    var nextCursor: String?
}

struct RemoteProfile: Decodable, Sendable {
    var id: String
    var name: String
    var description: String
    var isDefault: Bool
    var options: Options

    struct Options: Decodable, Sendable {
        var model: String
        var language: String?
        var diarization: Bool
        var task: String
    }
}

struct RemoteKey: Decodable, Sendable {
    var id: String
    var name: String
    var keyPreview: String
    var scopes: [String]
    var expiresAt: String?
    var lastUsedAt: String?
    var key: String?
}

/// A server's error as part of an event.
struct RemoteProgress: Decodable, Sendable {
    var status: String?
    var progress: Double?
    var stage: String?
}
