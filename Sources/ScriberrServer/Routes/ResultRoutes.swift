import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let results: [Route] = [
        Route(
            .get,
            "/api/v1/transcriptions/{id}/transcript",
            .scoped(.read) { call, principal in
                .json(bytes: try await call.services.transcriptions.transcript(principal.owner, call.id()).body)
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/audio",
            .scoped(.read) { call, principal in
                .audio(try await call.services.transcriptions.audio(principal.owner, call.id()), for: call)
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/executions",
            .scoped(.read) { call, principal in
                .list(try await call.services.transcriptions.executions(principal.owner, call.id()), next: nil) {
                    $0.execution($1)
                }
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/logs",
            .scoped(.read) { call, principal in
                let text = try await call.services.transcriptions.logs(principal.owner, call.id())
                return Answer(
                    status: .ok,
                    headers: [.contentType: "text/plain; charset=utf-8"],
                    body: .bytes(Array(text.utf8))
                )
            }
        ),
    ]
}
