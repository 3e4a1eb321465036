import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let events: [Route] = [
        Route(
            .get,
            "/api/v1/events",
            .scoped(.read) { call, principal in
                call.eventStream(
                    FeedRequest(owner: principal.owner, types: call.eventTypes, after: try call.lastEventID())
                )
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/events",
            .scoped(.read) { call, principal in
                let id: TranscriptionID = try call.id()
                _ = try await call.services.transcriptions.get(principal.owner, id)
                return call.eventStream(
                    FeedRequest(
                        owner: principal.owner,
                        subject: id.text,
                        types: call.eventTypes,
                        after: try call.lastEventID()
                    )
                )
            }
        ),
    ]
}

extension Call {
    /// The names in `?types=a,b`; nil for all.
    fileprivate var eventTypes: Set<String>? {
        let names = (query["types"] ?? "").split(separator: ",").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        return names.isEmpty ? nil : Set(names)
    }
}
