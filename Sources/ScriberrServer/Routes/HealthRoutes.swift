import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let health: [Route] = [
        Route(.get, "/health", .open(alive)),
        Route(.get, "/api/v1/health", .open(alive)),
        Route(
            .get,
            "/api/v1/ready",
            .open { call in
                do {
                    _ = try await call.services.accounts.registrationOpen()
                } catch {
                    throw ScriberrError(.serviceUnavailable, "The database does not answer.", detail: String(reflecting: error))
                }
                return .object { json in
                    json.field("status", "ready")
                    json.field("database", "ok")
                }
            }
        ),
        Route(.get, "/api/v1/openapi.json", .open { _ in .json(bytes: OpenAPIDocument.bytes) }),
    ]

    private static let alive: @Sendable (Call) async throws -> Answer = { _ in .object { $0.field("status", "ok") } }
}
