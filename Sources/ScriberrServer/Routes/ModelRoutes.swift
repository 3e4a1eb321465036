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
        ),
        Route(
            .get,
            "/api/v1/models/{id}",
            .scoped(.read) { call, _ in
                let model = try await call.services.models.get(call.modelName)
                return .object { $0.model(model) }
            }
        ),
        Route(
            .post,
            "/api/v1/models/{id}:pull",
            .scoped(.admin) { call, _ in
                let model = try await call.services.models.pull(call.modelName)
                return .object(status: .accepted) { $0.model(model) }
            }
        ),
        Route(
            .post,
            "/api/v1/models/{id}:verify",
            .scoped(.admin) { call, _ in
                let found = try await call.services.models.verify(call.modelName)
                return .object { json in
                    json.field("id", found.model)
                    json.field("good", found.isGood)
                    json.objects("files", found.files) { json, file in
                        json.field("name", file.name)
                        json.field("state", file.state)
                    }
                }
            }
        ),
        Route(
            .delete,
            "/api/v1/models/{id}",
            .scoped(.admin) { call, _ in
                try await call.services.models.remove(call.modelName)
                return .nothing
            }
        ),
    ]
}

extension Call {
    /// The model that the path names.
    fileprivate var modelName: String { parameters["id"] ?? "" }
}
