import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct Administration {
    @Test func `an admin makes accounts, lists them and shows one`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let body = #"{"username":"bob","password":"battery staple"}"#
            let made = try await admin.send("POST", "/api/v1/admin/users", json: body)
            #expect(made.status == 201 && made["role"] == "user" && made.value("is_disabled") as? Bool == false)
            #expect(made.headers.first(name: "Location") == "/api/v1/admin/users/\(made["id"] ?? "")")
            let listed = try await admin.get("/api/v1/admin/users").items
            #expect(listed.map { $0["username"] as? String } == ["alice", "bob"])
            #expect(listed.map { $0["role"] as? String } == ["admin", "user"])
            #expect(listed.allSatisfy { Set($0.keys).isDisjoint(with: ["password", "password_hash", "token_version"]) })
            let shown = try await admin.get("/api/v1/admin/users/\(made["id"] ?? "")")
            #expect(shown["username"] == "bob")
            for id in ["user_99", "user_", "user_self", "1", "user_-1"] {
                #expect(try await admin.get("/api/v1/admin/users/\(id)").failure == "404 NOT_FOUND")
            }
        }
    }

    @Test(arguments: [
        (#"{"username":"ab","password":"battery staple"}"#, "422 VALIDATION_ERROR username"),
        (#"{"username":"bob","password":"short"}"#, "422 VALIDATION_ERROR password"),
        (#"{"username":"bob","password":"battery staple","role":"king"}"#, "422 VALIDATION_ERROR role"),
        (#"{"username":"ALICE","password":"battery staple"}"#, "409 CONFLICT username"),
        (#"{"username":7}"#, "400 INVALID_REQUEST"),
    ])
    func `a wrong account is told what is wrong`(_ body: String, _ failure: String) async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            #expect(try await admin.send("POST", "/api/v1/admin/users", json: body).failure == failure)
        }
    }

    @Test func `only admins may, and only with the scope for it`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let (bob, id) = try await world.other(admin)
            let key = #"{"name":"k","scopes":["read","write"]}"#
            let program = world.anonymous.adding(
                "X-API-Key",
                try await admin.send("POST", "/api/v1/api-keys", json: key)["key"] ?? ""
            )
            let bobsKey = try await bob.send("POST", "/api/v1/api-keys", json: #"{"name":"k","scopes":["admin"]}"#)["key"] ?? ""
            for client in [bob, program, world.anonymous.adding("X-API-Key", bobsKey)] {
                for route in Route.all where route.pattern.text.hasPrefix("/api/v1/admin/users") {
                    let path = route.pattern.text.replacing("{id}", with: id)
                    #expect(try await client.send(route.method.rawValue, path).failure == "403 FORBIDDEN", "\(route.name)")
                }
            }
            let adminKey = try await admin.send("POST", "/api/v1/api-keys", json: #"{"name":"k","scopes":["admin"]}"#)["key"]
            #expect(try await world.anonymous.adding("X-API-Key", adminKey ?? "").get("/api/v1/admin/users").status == 200)
        }
    }

    @Test func `locking out ends sessions, keys and streams at once, and letting in brings the keys back`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let (bob, id) = try await world.other(admin)
            let key = try await bob.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)["key"] ?? ""
            let program = world.anonymous.adding("X-API-Key", key)
            let file = try await bob.upload()
            let signed = try await bob.send("POST", "/api/v1/files/\(file):sign-audio")["url"] ?? ""
            try await bob.events("/api/v1/events") { stream async throws in
                try await program.events("/api/v1/events") { keyStream async throws in
                    _ = try await stream.next(named: "snapshot")
                    _ = try await keyStream.next(named: "snapshot")
                    let locked = try await admin.send("PATCH", "/api/v1/admin/users/\(id)", json: #"{"is_disabled":true}"#)
                    #expect(locked.value("is_disabled") as? Bool == true)
                    while try await stream.next() != nil {}
                    while try await keyStream.next() != nil {}
                }
            }
            #expect(try await bob.get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
            #expect(try await program.get("/api/v1/files").failure == "401 UNAUTHORIZED")
            #expect(try await world.anonymous.get(signed).failure == "401 UNAUTHORIZED")
            #expect(try await world.signIn("bob").get("/api/v1/auth/me").status == 401)
            #expect(
                try await admin.send("PATCH", "/api/v1/admin/users/\(id)", json: #"{"is_disabled":false}"#).status == 200
            )
            #expect(try await bob.get("/api/v1/auth/me").status == 401)
            #expect(try await world.anonymous.get(signed).status == 401)
            #expect(try await program.get("/api/v1/files").status == 200)
            #expect(try await world.signIn("bob").get("/api/v1/auth/me").status == 200)
        }
    }

    @Test func `the last admin stays one, and another admin may take over`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let own = try await admin.get("/api/v1/admin/users").items.first?["id"] as? String ?? ""
            for body in [#"{"is_disabled":true}"#, #"{"role":"user"}"#] {
                #expect(try await admin.send("PATCH", "/api/v1/admin/users/\(own)", json: body).failure == "409 CONFLICT")
            }
            let (bob, id) = try await world.other(admin)
            #expect(
                try await admin.send("PATCH", "/api/v1/admin/users/\(id)", json: #"{"role":"admin"}"#)["role"] == "admin"
            )
            #expect(try await bob.send("PATCH", "/api/v1/admin/users/\(own)", json: #"{"role":"user"}"#).status == 200)
            #expect(try await admin.get("/api/v1/admin/users").failure == "403 FORBIDDEN")
            #expect(try await admin.get("/api/v1/auth/me")["role"] == "user")
        }
    }

    @Test func `a new password ends the sessions that the old one made`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let (bob, id) = try await world.other(admin)
            let path = "/api/v1/admin/users/\(id):reset-password"
            #expect(try await admin.send("POST", path, json: #"{"password":"x"}"#).failure == "422 VALIDATION_ERROR password")
            #expect(try await admin.send("POST", path, json: #"{"password":"a new secret"}"#).text == #"{"ok":true}"#)
            #expect(try await bob.get("/api/v1/auth/me").failure == "401 UNAUTHORIZED")
            #expect(try await world.signIn("bob").get("/api/v1/auth/me").status == 401)
            #expect(try await world.signIn("bob", password: "a new secret").get("/api/v1/auth/me").status == 200)
        }
    }

    @Test func `signing out everywhere ends every session of the account and no other`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let (bob, _) = try await world.other(admin)
            let second = try await world.signIn("bob")
            #expect(try await bob.send("POST", "/api/v1/auth/logout-all").text == #"{"ok":true}"#)
            #expect(try await bob.get("/api/v1/auth/me").status == 401)
            #expect(try await second.get("/api/v1/auth/me").status == 401)
            #expect(try await admin.get("/api/v1/auth/me").status == 200)
        }
    }

    @Test func `the queue shows everybody's jobs to admins and their own to others`() async throws {
        try await ServerWorld.run { world async throws in
            let admin = try await world.signedIn()
            let (bob, id) = try await world.other(admin)
            _ = try await admin.job()
            _ = try await bob.job()
            _ = try await bob.job()
            let all = try await admin.get("/api/v1/admin/queue")
            #expect(all.value("queued") as? Int == 3)
            let byUser = all.value("by_user") as? [[String: Any]] ?? []
            #expect(byUser.map { $0["queued"] as? Int } == [1, 2])
            #expect(byUser.last?["user_id"] as? String == id && byUser.last?["username"] as? String == "bob")
            let own = try await bob.get("/api/v1/admin/queue")
            #expect(own.value("queued") as? Int == 2)
            #expect(own.value("by_user") == nil)
            let key = try await admin.send("POST", "/api/v1/api-keys", json: #"{"name":"k","scopes":["read"]}"#)["key"] ?? ""
            let reader = try await world.anonymous.adding("X-API-Key", key).get("/api/v1/admin/queue")
            #expect(reader.value("queued") as? Int == 1)
            #expect(reader.value("by_user") == nil)
        }
    }
}
