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
                    FeedRequest(owner: principal.owner, types: try call.eventTypes(), after: try call.lastEventID())
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
                        types: try call.eventTypes(),
                        after: try call.lastEventID()
                    )
                )
            }
        ),
    ]
}

extension Call {
    /// The names in `?types=a,b`; nil for all. Throws `VALIDATION_ERROR` for a name that no event has.
    fileprivate func eventTypes() throws -> Set<String>? {
        let names = (query["types"] ?? "").split(separator: ",").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        guard EventType.streamed.isSuperset(of: names) else {
            let known = EventType.streamed.sorted().joined(separator: ", ")
            throw ScriberrError(.validation, "There are events of these types: \(known).", field: "types")
        }
        return names.isEmpty ? nil : Set(names)
    }
}
