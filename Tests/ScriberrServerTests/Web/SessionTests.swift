import Foundation
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct BrowserSessions {
    private static let credentials = #"{"username":"alice","password":"correct horse","confirm_password":"correct horse"}"#

    /// What a browser would send back, from the answer's cookies.
    private func cookies(_ answer: TestAnswer) -> [String: String] {
        var found: [String: String] = [:]
        for cookie in answer.headers["Set-Cookie"] {
            let pair = cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(pair[0])] = String(pair[1])
        }
        return found
    }

    private func browser(_ world: ServerWorld, _ cookies: [String: String]) -> TestClient {
        let line = cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")
        return world.anonymous.adding("Cookie", line).adding("Origin", "http://127.0.0.1:\(world.port)")
            .adding("Sec-Fetch-Site", "same-origin")
    }

    private func register(_ world: ServerWorld) async throws -> (answer: TestAnswer, browser: TestClient) {
        let answer = try await world.anonymous.send("POST", "/api/v1/auth/session:register", json: Self.credentials)
        return (answer, browser(world, cookies(answer)))
    }

    @Test func `a browser gets its tokens as cookies that no script sees`() async throws {
        try await ServerWorld.run { world async throws in
            let (answer, browser) = try await register(world)
            #expect(answer.status == 200 && answer["user.username"] == "alice")
            #expect(Set(answer.json.keys) == ["user"])
            let set = answer.headers["Set-Cookie"]
            #expect(set.count == 3)
            #expect(set.allSatisfy { $0.contains("; HttpOnly") && $0.contains("; SameSite=Strict") && !$0.contains("Secure") })
            #expect(set.contains { $0.hasPrefix("scriberr_refresh_token=rt_") && $0.contains("; Path=/api/v1/auth;") })
            // What an earlier release has set would go before it.
            #expect(
                set.contains { $0.hasPrefix("scriberr_refresh_token=;") && $0.contains("; Path=/api/v1/auth/session; Max-Age=0") }
            )
            #expect(try await browser.get("/api/v1/auth/me")["username"] == "alice")
        }
    }

    @Test func `browsers send the refresh token to the routes that use it, and to no others`() async throws {
        try await ServerWorld.run { world async throws in
            let set = try await register(world).answer.headers["Set-Cookie"]
            let path = try #require(set.first { $0.hasPrefix("scriberr_refresh_token=rt_") }?.firstMatch(of: /Path=([^;]*)/)?.1)
            // RFC 6265, 5.1.4.
            func isSent(to target: String) -> Bool { target == path || target.hasPrefix(path + "/") }
            for target in ["session", "session:refresh", "session:register"] { #expect(isSent(to: "/api/v1/auth/" + target)) }
            #expect(!isSent(to: "/api/v1/transcriptions") && !isSent(to: "/api/v1/files"))
        }
    }

    @Test func `a page that means another account than its cookie is told so`() async throws {
        try await ServerWorld.run { world async throws in
            let (answer, browser) = try await register(world)
            let account = try #require(answer.headers["X-Scriberr-Account"].first)
            #expect(try await browser.get("/api/v1/auth/me").headers["X-Scriberr-Account"] == [account])
            for path in ["/api/v1/transcriptions", "/api/v1/files", "/api/v1/auth/me"] {
                #expect(try await browser.adding("X-Scriberr-Account", account).get(path).status == 200)
                #expect(try await browser.adding("X-Scriberr-Account", "user_99").get(path).failure == "401 UNAUTHORIZED")
            }
        }
    }

    @Test func `a wrong password is told from a session that has ended`() async throws {
        try await ServerWorld.run { world async throws in
            let browser = try await register(world).browser
            let password = #"{"current_password":"wrong","new_password":"battery staple","confirm_password":"battery staple"}"#
            let name = #"{"new_username":"anna","password":"wrong"}"#
            #expect(
                try await browser.send("POST", "/api/v1/auth/change-password", json: password).failure
                    == "401 UNAUTHORIZED current_password"
            )
            #expect(
                try await browser.send("POST", "/api/v1/auth/change-username", json: name).failure == "401 UNAUTHORIZED password"
            )
        }
    }

    @Test func `cookies go over HTTPS only where that is set`() async throws {
        try await ServerWorld.run {
            $0.secureCookies = true
        } _: { world async throws in
            let set = try await register(world).answer.headers["Set-Cookie"]
            #expect(set.count == 3 && set.allSatisfy { $0.hasSuffix("; Secure") })
        }
    }

    @Test func `a session goes on with new cookies, and an old one used again ends it`() async throws {
        try await ServerWorld.run { world async throws in
            let (first, browser) = try await register(world)
            let second = try await browser.send("POST", "/api/v1/auth/session:refresh")
            #expect(second.status == 200)
            let fresh = self.browser(world, cookies(second))
            #expect(cookies(second)["scriberr_refresh_token"] != cookies(first)["scriberr_refresh_token"])
            #expect(try await fresh.get("/api/v1/auth/me").status == 200)
            #expect(try await browser.send("POST", "/api/v1/auth/session:refresh").failure == "401 UNAUTHORIZED")
            #expect(try await fresh.get("/api/v1/auth/me").status == 401)
        }
    }

    @Test func `signing out ends this session and takes the cookies away`() async throws {
        try await ServerWorld.run { world async throws in
            let (_, browser) = try await register(world)
            let other = try await world.anonymous.send("POST", "/api/v1/auth/session", json: Self.credentials)
            let out = try await browser.send("DELETE", "/api/v1/auth/session")
            #expect(out.status == 204)
            #expect(out.headers["Set-Cookie"].allSatisfy { $0.contains("=; ") && $0.contains("Max-Age=0") })
            #expect(try await browser.get("/api/v1/auth/me").status == 401)
            #expect(try await self.browser(world, cookies(other)).get("/api/v1/auth/me").status == 200)
        }
    }

    @Test func `signing out everywhere ends every session`() async throws {
        try await ServerWorld.run { world async throws in
            let (_, browser) = try await register(world)
            let other = try await world.anonymous.send("POST", "/api/v1/auth/session", json: Self.credentials)
            #expect(try await browser.send("POST", "/api/v1/auth/logout-all").status == 200)
            #expect(try await browser.get("/api/v1/auth/me").status == 401)
            #expect(try await self.browser(world, cookies(other)).get("/api/v1/auth/me").status == 401)
        }
    }

    @Test func `another site cannot make the first account`() async throws {
        try await ServerWorld.run { world async throws in
            let body = Array(#"{"username":"eve","password":"correct horse","confirm_password":"correct horse"}"#.utf8)
            for sign in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
                // What a browser sends without asking first.
                let headers = [sign, ("Content-Type", "text/plain")]
                let forged = try await world.anonymous.send("POST", "/api/v1/auth/register", headers: headers, body: body)
                #expect(forged.failure == "403 FORBIDDEN", "\(sign)")
            }
            #expect(try await register(world).answer.status == 200, "nobody was registered")
        }
    }

    @Test func `another site can neither use the cookies nor set them`() async throws {
        try await ServerWorld.run { world async throws in
            let set = cookies(try await register(world).answer)
            let line = set.map { "\($0)=\($1)" }.joined(separator: "; ")
            for sign in [
                ("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Site", "same-site"),
            ] {
                let forged = world.anonymous.adding("Cookie", line).adding(sign.0, sign.1)
                #expect(try await forged.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#).status == 401, "\(sign)")
                #expect(try await forged.send("DELETE", "/api/v1/auth/session").failure == "403 FORBIDDEN", "\(sign)")
                #expect(try await forged.send("POST", "/api/v1/auth/session:refresh").failure == "403 FORBIDDEN", "\(sign)")
                let login = try await forged.send("POST", "/api/v1/auth/session", json: Self.credentials)
                #expect(login.failure == "403 FORBIDDEN" && login.headers["Set-Cookie"].isEmpty, "\(sign)")
            }
            #expect(try await browser(world, set).get("/api/v1/auth/me").status == 200)
        }
    }
}
