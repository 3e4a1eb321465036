import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let administration: [Route] = [
        Route(
            .get,
            "/api/v1/admin/queue",
            .scoped(.read) { call, principal in
                let stats = try await call.services.transcriptions.queueStats(principal.owner)
                return .object { json in
                    json.field("queued", stats.queued)
                    json.field("processing", stats.processing)
                    json.field("completed", stats.completed)
                    json.field("failed", stats.failed)
                    json.field("canceled", stats.canceled)
                    json.field("running", stats.running)
                }
            }
        )
    ]
}
