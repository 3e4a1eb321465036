import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrServices
import ScriberrTestStores
import Testing

/// Reads that are answered on the connection's own thread say the same as those that take the usual way. A server that has its
/// database elsewhere has the usual way only.
@Suite(.enabled(if: TestDatabase.all == [.sqlite])) struct AnsweringAtOnce {
    @Test(arguments: ["", "?limit=2", "?limit=1&sort=title", "?status=canceled"])
    func `a list says the same at once and by the usual way`(_ query: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for _ in 0..<3 { _ = try await client.job() }
            let last = try await client.job()
            _ = try await client.send("POST", "/api/v1/transcriptions/\(last):cancel")
            try await world.expectTheSame(client, "/api/v1/transcriptions\(query)")
        }
    }

    @Test func `a job that has ended says the same at once and by the usual way`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            _ = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
            let answer = try await world.expectTheSame(client, "/api/v1/transcriptions/\(job)")
            #expect(answer["status"] == "canceled")
            let tag = try #require(answer.headers.first(name: "ETag"))
            let again = try await client.get("/api/v1/transcriptions/\(job)", [("If-None-Match", tag)])
            #expect(again.status == 304 && again.body.isEmpty)
            let head = try await client.send("HEAD", "/api/v1/transcriptions/\(job)")
            #expect(head.status == 200 && head.body.isEmpty && head.headers["Content-Length"] == ["\(answer.body.count)"])
        }
    }

    @Test func `a session that ended and a key that was revoked open nothing from then on`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"reader","scopes":["read"]}"#)
            let program = TestClient(port: world.port).adding("X-API-Key", try #require(key["key"]))
            for _ in 0..<2 { #expect(try await program.get("/api/v1/transcriptions").status == 200) }
            #expect(world.answersAtOnce == 1, "The first use is written down, which takes the usual way.")
            let number = try #require(key.value("id"))
            #expect(try await client.send("DELETE", "/api/v1/api-keys/\(number)").status == 204)
            #expect(try await program.get("/api/v1/transcriptions").failure == "401 UNAUTHORIZED")

            #expect(try await client.get("/api/v1/transcriptions").status == 200)
            #expect(world.answersAtOnce == 2)
            _ = try await client.send("POST", "/api/v1/auth/logout-all")
            #expect(try await client.get("/api/v1/transcriptions").failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a cookie opens a list at once, and somebody else's job is not there`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            _ = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
            let token = try #require(client.headers.last?.1.dropFirst("Bearer ".count))
            let page = TestClient(port: world.port).adding("Cookie", "theme=dark; scriberr_access_token=\(token)")
            #expect(try await page.get("/api/v1/transcriptions").items.count == 1)
            #expect(world.answersAtOnce == 1)
            let stranger = try await world.other(client, "ben").client
            #expect(try await stranger.get("/api/v1/transcriptions").items.isEmpty)
            #expect(try await stranger.get("/api/v1/transcriptions/\(job)").failure == "404 NOT_FOUND")
        }
    }

    @Test func `answers come in the order of the requests, whichever way each takes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            _ = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
            let authorization = try #require(client.headers.last?.1)
            let paths = [
                "transcriptions/\(job)", "files", "transcriptions?limit=1", "transcriptions/\(job)?wait=0", "transcriptions",
            ]
            let text = paths.enumerated().map { number, path in
                "GET /api/v1/\(path) HTTP/1.1\r\nHost: x\r\nX-Request-ID: number-\(number)\r\nAuthorization: \(authorization)\r\n\r\n"
            }
            let received = try await RawConnection.open(port: world.port) { connection in
                for _ in 0..<3 { try await connection.send(text.joined()) }
                try await connection.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return try await connection.readToEnd()
            }
            let names = received.matches(of: /number-(\d)/).map { String($0.1) }
            #expect(names == ["0", "1", "2", "3", "4", "0", "1", "2", "3", "4", "0", "1", "2", "3", "4"])
            #expect(received.components(separatedBy: "HTTP/1.1 200 OK").count == 17)
        }
    }
}

extension ServerWorld {
    /// How many requests were answered on their connection's thread.
    fileprivate var answersAtOnce: Int { log.text.components(separatedBy: #""at_once": "#).count - 1 }

    /// Asks by both ways, and that each was taken.
    @discardableResult
    fileprivate func expectTheSame(_ client: TestClient, _ path: String) async throws -> TestAnswer {
        let before = answersAtOnce
        let quick = try await client.get(path)
        #expect(quick.status == 200 && answersAtOnce == before + 1)
        // Whoever wants something of the connection takes the usual way.
        let usual = try await client.get(path, [("Upgrade", "nothing")])
        #expect(answersAtOnce == before + 1)
        #expect(quick.body == usual.body)
        let passing = ["date", "x-request-id", "connection"]
        func lasting(_ answer: TestAnswer) -> [String] {
            answer.headers.filter { !passing.contains($0.name.lowercased()) }.map { "\($0.name.lowercased()): \($0.value)" }
                .sorted()
        }
        #expect(lasting(quick) == lasting(usual))
        return quick
    }
}
