import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let models: [Route] = [
        Route(
            .get,
            "/api/v1/models/transcription",
            .scoped(.read) { call, _ in
                let capabilities = (call.query["capability"] ?? "").split(separator: ",").map { $0.trimmingBlanks() }
                let models = try await call.services.models.list(capabilities: capabilities.filter { !$0.isEmpty })
                return .object { $0.objects("items", models) { $0.model($1) } }
            }
        )
    ]
}
