import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrStore

extension Route {
    /// The processes behind the queue.
    static let workers: [Route] = [
        Route(
            .get,
            "/api/v1/admin/workers",
            .scoped(.admin) { call, _ in
                .list(try await call.services.transcriptions.workers(), next: nil) { $0.worker($1.row, isAlive: $1.isAlive) }
            }
        )
    ]
}

extension JSONWriter {
    fileprivate mutating func worker(_ row: WorkerRow, isAlive: Bool) {
        field("id", row.id.text)
        field("role", row.role.rawValue)
        field("host", row.host)
        field("process_id", row.processID)
        field("version", row.version)
        field("slots", row.slots)
        field("fetches_models", row.models == nil)
        field("models", row.models ?? [])
        field("cuda", row.hasCUDA)
        field("alive", isAlive)
        field("started_at", row.startedAt)
        field("last_seen_at", row.seenAt)
        objects("running", row.running) { json, job in
            json.field("id", job.id.text)
            json.field("attempt", job.attempt)
            json.field("stage", job.stage.rawValue)
            json.field("progress", job.progress)
            json.field("started_at", job.startedAt)
        }
    }
}
