import Foundation
import HTTPTypes
import NIOHTTP1
import ScriberrCore
import ScriberrServices
import Testing

@testable import ScriberrServer

@Suite struct Credentials {
    private func key(_ client: TestClient, _ json: String = #"{"name":"ci"}"#) async throws -> TestAnswer {
        try await client.send("POST", "/api/v1/api-keys", json: json)
    }

    @Test func `every protected route refuses a request without credentials`() async throws {
        try await ServerWorld.run { world async throws in
            for route in Route.all {
                if case .open = route.endpoint { continue }
                let path = route.pattern.text.replacing("{id}", with: "tr_1")
                let answer = try await world.anonymous.send(route.method.rawValue, path)
                #expect(answer.failure == "401 UNAUTHORIZED", "\(route.method) \(path)")
                #expect(answer.headers.first(name: "WWW-Authenticate") == "Bearer")
            }
        }
    }

    @Test func `a key is shown once, works until it is revoked and opens no account routes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let created = try await key(client)
            #expect(created.status == 201)
            let raw = try #require(created["key"])
            #expect(raw.hasPrefix("sk_") && raw.utf8.count == 67)
            let listed = try await client.get("/api/v1/api-keys")
            #expect(listed.items.first?["is_active"] as? Bool == true)
            #expect(listed.items.first?.keys.contains("key") == false)
            #expect(listed.items.first?["last_used_at"] is NSNull)
            let program = world.anonymous.adding("X-API-Key", raw)
            #expect(try await program.get("/api/v1/files").status == 200)
            #expect(try await program.get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
            #expect(try await program.get("/api/v1/api-keys").failure == "401 UNAUTHORIZED")
            #expect(try await client.send("DELETE", "/api/v1/api-keys/\(created["id"] ?? "")").status == 204)
            #expect(try await program.get("/api/v1/files").failure == "401 UNAUTHORIZED")
            #expect(try await client.send("DELETE", "/api/v1/api-keys/\(created["id"] ?? "")").failure == "404 NOT_FOUND")
            #expect(try await client.send("DELETE", "/api/v1/api-keys/key_-1").failure == "404 NOT_FOUND")
        }
    }

    @Test func `a bad key does no harm beside a good token`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn().adding("X-API-Key", "sk_bad")
            #expect(try await client.get("/api/v1/files").status == 200)
            #expect(try await client.get("/api/v1/auth/me").status == 200)
        }
    }

    @Test func `a key with the scope to read writes nothing`() async throws {
        try await ServerWorld.run { world async throws in
            let raw = try await key(world.signedIn(), #"{"name":"r","scopes":["read"]}"#)["key"] ?? ""
            let program = world.anonymous.adding("X-API-Key", raw)
            #expect(try await program.get("/api/v1/transcriptions").status == 200)
            #expect(try await program.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#).failure == "403 FORBIDDEN")
        }
    }

    @Test func `wrong requests for keys name the field`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await key(client, #"{"name":"  "}"#).failure == "422 VALIDATION_ERROR name")
            #expect(try await key(client, #"{"name":"a","expires_at":"tomorrow"}"#).failure == "422 VALIDATION_ERROR expires_at")
            #expect(try await key(client, #"{"name":"a","scopes":["everything"]}"#).failure == "422 VALIDATION_ERROR scopes")
        }
    }

    @Test func `a token travels in the header, in any case, or in the cookie`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            for scheme in ["Bearer", "bearer", "BEARER"] {
                #expect(
                    try await world.anonymous.adding("Authorization", "\(scheme) \(token)").get("/api/v1/auth/me").status == 200
                )
            }
            let cookie = world.anonymous.adding("Cookie", "a=b; scriberr_access_token=\(token)")
            #expect(try await cookie.get("/api/v1/auth/me").status == 200)
            let body = #"{"name":"p"}"#
            #expect(try await cookie.send("POST", "/api/v1/profiles", json: body).status == 201)
            let forged = try await cookie.send("POST", "/api/v1/profiles", json: body, [("Origin", "https://evil.example")])
            #expect(forged.failure == "401 UNAUTHORIZED")
            let own = try await cookie.send(
                "POST",
                "/api/v1/profiles",
                json: body,
                [("Origin", "http://127.0.0.1:\(world.port)")]
            )
            #expect(own.status == 201)
        }
    }

    @Test func `tokens that are not ours, changed or unsigned open nothing`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            let parts = token.split(separator: ".").map(String.init)
            let none = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64EncodedString().replacing("=", with: "")
            let other = await AccessTokens(
                secret: Array("another secret of thirty-two bytes".utf8),
                lifetime: .seconds(60),
                clock: SystemWallClock()
            )
            let user = User(id: UserID(1), username: "alice", role: .admin, createdAt: .now, updatedAt: .now)
            let bad = [
                "", "x", "a.b.c", parts[0] + "." + parts[1] + ".", none + "." + parts[1] + ".",
                none + "." + parts[1] + "." + parts[2],
                parts[0] + "." + parts[1] + "." + parts[2].dropLast(4) + "AAAA",
                try await other.make(for: .init(id: "s", user: user, refreshToken: "")),
            ]
            for token in bad {
                #expect(try await world.anonymous.bearing(token).get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
            }
        }
    }

    @Test func `an access token says who, which version and until when, and expires`() async throws {
        let clock = Clock(.now)
        let tokens = await AccessTokens(secret: Array(repeating: 7, count: 32), lifetime: .seconds(60), clock: clock)
        let user = User(id: UserID(9), username: "bo", role: .user, tokenVersion: 3, createdAt: .now, updatedAt: .now)
        let token = try await tokens.make(for: .init(id: "sid", user: user, refreshToken: ""))
        #expect(await tokens.read(token) == AccessTokens.Claims(user: UserID(9), tokenVersion: 3, session: "sid"))
        let late = await AccessTokens(
            secret: Array(repeating: 7, count: 32),
            lifetime: .seconds(60),
            clock: Clock(clock.time + .seconds(61))
        )
        #expect(await late.read(token) == nil)
    }

    private struct Clock: WallClock {
        let time: Timestamp
        init(_ time: Timestamp) { self.time = time }
        func now() -> Timestamp { time }
    }

    @Test func `signing out ends the session at once, and only with JSON`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            #expect(try await client.send("POST", "/api/v1/auth/logout").failure == "400 INVALID_REQUEST")
            #expect(try await client.send("POST", "/api/v1/auth/logout", json: "{}").text == #"{"ok":true}"#)
            #expect(try await client.get("/api/v1/auth/me").status == 200)
            let json = #"{"refresh_token":"\#(tokens["refresh_token"] ?? "")"}"#
            #expect(try await client.send("POST", "/api/v1/auth/logout", json: json).status == 200)
            #expect(try await client.get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
            #expect(try await client.send("POST", "/api/v1/auth/refresh", json: json).failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a refresh token works once, and used twice ends what came from it`() async throws {
        try await ServerWorld.run { world async throws in
            let first = try await world.register().tokens["refresh_token"] ?? ""
            let second = try await world.anonymous.send("POST", "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(first)"}"#)
            #expect(second.status == 200)
            #expect(second["user.username"] == "alice")
            let again = try await world.anonymous.send("POST", "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(first)"}"#)
            #expect(again.failure == "401 UNAUTHORIZED")
            let json = #"{"refresh_token":"\#(second["refresh_token"] ?? "")"}"#
            #expect(try await world.anonymous.send("POST", "/api/v1/auth/refresh", json: json).failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a changed password ends the sessions made with the old one`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            func change(_ current: String, _ new: String, _ confirmation: String) async throws -> TestAnswer {
                try await client.send(
                    "POST",
                    "/api/v1/auth/change-password",
                    json: #"{"current_password":"\#(current)","new_password":"\#(new)","confirm_password":"\#(confirmation)"}"#
                )
            }
            #expect(try await change("correct horse", "short", "short").status == 422)
            #expect(try await change("wrong", "battery staple", "battery staple").failure == "401 UNAUTHORIZED current_password")
            #expect(try await change("correct horse", "battery staple", "battery staple").text == #"{"ok":true}"#)
            #expect(try await client.get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a username changes with the password only`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            func change(_ json: String) async throws -> TestAnswer {
                try await client.send("POST", "/api/v1/auth/change-username", json: json)
            }
            #expect(
                try await change(#"{"new_username":"ab","password":"correct horse"}"#).failure
                    == "422 VALIDATION_ERROR new_username"
            )
            #expect(try await change(#"{"new_username":"bob","password":"wrong horse"}"#).failure == "401 UNAUTHORIZED password")
            #expect(
                try await change(#"{"new_username":"bob","password":"correct horse"}"#).text
                    == #"{"id":"user_self","username":"bob","role":"admin"}"#
            )
            #expect(try await client.get("/api/v1/auth/me")["username"] == "bob")
        }
    }
}
