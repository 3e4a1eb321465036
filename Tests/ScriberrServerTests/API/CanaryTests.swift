import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

/// Walks every route with secrets and paths in every place a client can put them, and looks for them in all that comes back.
@Suite struct Canaries {
    private let secret = "canary-0f9e8d7c6b5a"

    @Test func `no answer and no log line repeats a secret or shows a path`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            let job = try await client.job()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)["key"] ?? ""
            let secrets = [
                secret, world.folder, "/blobs", "test.db", key, tokens["access_token"] ?? "", tokens["refresh_token"] ?? "",
            ]
            for route in Route.all where !route.pattern.text.hasSuffix("/events") {
                let path = route.pattern.text.replacing("{id}", with: job) + "?cursor=\(secret)&token=\(secret)&q=%2Fetc%2Fpasswd"
                for body in bodies {
                    for credentials in [client, world.anonymous.adding("X-API-Key", key), world.anonymous.bearing(secret)] {
                        var answer = try await credentials.send(
                            route.method.rawValue,
                            path,
                            headers: noise,
                            body: body.bytes(for: route)
                        )
                        if route.pattern.text.hasSuffix("/api-keys"), route.method == .post { answer.body = [] }
                        let everything =
                            answer.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n") + "\n" + answer.text
                        for secret in secrets { #expect(!everything.contains(secret), "\(route.name)") }
                    }
                }
            }
            for secret in secrets { #expect(!world.log.text.contains(secret)) }
        }
    }

    private var noise: [(String, String)] {
        [
            ("X-Request-ID", "no good \(secret)"), ("Cookie", "scriberr_access_token=\(secret)"),
            ("Referer", "http://x/\(secret)"),
            ("Origin", "https://\(secret)"), ("Range", secret), ("If-None-Match", secret), ("Last-Event-ID", secret),
            ("Content-Type", "application/json; x=\(secret)"),
        ]
    }

    private enum Body {
        case none, broken, wrong

        func bytes(for route: Route) -> [UInt8]? {
            switch self {
            case _ where route.method == .get: nil
            case .none: nil
            case .broken: Array("{\"canary-0f9e8d7c6b5a\": ".utf8)
            case .wrong:
                Array(
                    """
                    {"file_id":"canary-0f9e8d7c6b5a","profile_id":"canary-0f9e8d7c6b5a","username":"x","password":"canary-0f9e8d7c6b5a",\
                    "refresh_token":"canary-0f9e8d7c6b5a","new_username":"x","url":"file:///canary-0f9e8d7c6b5a","title":"",\
                    "name":"","default_profile_id":"canary-0f9e8d7c6b5a","current_password":"canary-0f9e8d7c6b5a"}
                    """.utf8
                )
            }
        }
    }

    private var bodies: [Body] { [.none, .broken, .wrong] }
}
