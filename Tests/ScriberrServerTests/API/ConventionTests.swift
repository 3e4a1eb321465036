import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct Conventions {
    @Test func `a request id is kept when it is fit to be repeated and made when it is not`() async throws {
        try await ServerWorld.run { world async throws in
            let kept = try await world.anonymous.get("/api/v1/nothing", [("X-Request-ID", "  client:42.a_b-c ")])
            #expect(kept.headers.first(name: "X-Request-ID") == "client:42.a_b-c")
            #expect(kept["error.request_id"] == "client:42.a_b-c")
            for bad in ["", "two words", "a/b", String(repeating: "x", count: 129), "ünïcode"] {
                let made = try await world.anonymous.get("/health", [("X-Request-ID", bad)])
                #expect(made.headers.first(name: "X-Request-ID")?.wholeMatch(of: /req_[0-9a-f]{24}/) != nil)
            }
        }
    }

    @Test func `unknown paths are a JSON failure`() async throws {
        try await ServerWorld.run { world async throws in
            for path in ["/api/v1/nothing", "/api", "/api/v2/files", "/other.txt", "/api/v1/transcriptions/tr_1/unknown"] {
                let answer = try await world.anonymous.get(path)
                #expect(answer.failure == "404 NOT_FOUND")
                #expect(answer.headers.first(name: "Content-Type") == "application/json; charset=utf-8")
            }
            #expect(try await world.anonymous.send("POST", "/api/v1/transcriptions/tr_1:explode").failure == "404 NOT_FOUND")
        }
    }

    @Test(arguments: [#"{"name":"x",}"#, #"{"name":"x","unknown":01}"#, #"{"name":"x","unknown":"\x41"}"#, #"{"name":"x"}]"#])
    func `a body that is only nearly JSON is refused, in values that nobody reads too`(_ body: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.send("POST", "/api/v1/profiles", json: body).failure == "400 INVALID_REQUEST")
            #expect(try await client.get("/api/v1/profiles").items.isEmpty)
        }
    }

    @Test func `a known path with another method tells which it has`() async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.anonymous.send("PUT", "/api/v1/files")
            #expect(answer.failure == "405 METHOD_NOT_ALLOWED")
            #expect(answer.headers.first(name: "Allow") == "GET, HEAD, OPTIONS, POST")
            let verb = try await world.anonymous.get("/api/v1/transcriptions/tr_1:cancel")
            #expect(verb.headers.first(name: "Allow") == "OPTIONS, POST")
        }
    }

    @Test func `every path that answers GET answers HEAD the same, without content`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            for route in Route.all where route.method == .get {
                let path = route.pattern.text.replacing("{id}", with: job)
                if path.hasSuffix("/events") { continue }
                let get = try await client.get(path)
                let head = try await client.send("HEAD", path)
                #expect(head.status == get.status, "\(path)")
                #expect(head.body.isEmpty)
                #expect(head.headers.first(name: "Content-Length") == String(get.body.count), "\(path)")
            }
        }
    }

    @Test func `HEAD on an event stream answers at once and leaves the connection as it was`() async throws {
        try await ServerWorld.run(configure: { $0.lingerTimeout = .milliseconds(1) }) { world async throws in
            let (_, tokens) = try await world.register()
            let fields = "HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(tokens["access_token"] ?? "")\r\n"
            try await RawConnection.open(port: world.port) { connection async throws in
                for round in 1...50 {
                    try await connection.send("HEAD /api/v1/events \(fields)\r\n")
                    var head = ""
                    while !head.hasSuffix("\r\n\r\n"), let piece = try await connection.next() { head += String(buffer: piece) }
                    try #require(head.hasPrefix("HTTP/1.1 200 "), "\(round): \(head)")
                }
                try await connection.send("GET /health \(fields)Connection: close\r\n\r\n")
                #expect(try await connection.readToEnd().hasSuffix(#"{"status":"ok"}"#))
            }
        }
    }

    @Test func `a slash at the end redirects to the path without it, but only where there is one`() async throws {
        try await ServerWorld.run { world async throws in
            let get = try await world.anonymous.get("/api/v1/files/?limit=2")
            #expect(get.status == 301)
            #expect(get.headers.first(name: "Location") == "/api/v1/files?limit=2")
            #expect(try await world.anonymous.send("POST", "/api/v1/files/").status == 307)
            #expect(try await world.anonymous.get("/api/v1/nothing/").failure == "404 NOT_FOUND")
            #expect(try await world.anonymous.get("//example.com/").failure == "404 NOT_FOUND")
        }
    }

    @Test func `only configured origins may call from a browser`() async throws {
        try await ServerWorld.run(configure: { $0.allowedOrigins = ["https://app.example"] }) { world async throws in
            let preflight = try await world.anonymous.send(
                "OPTIONS",
                "/api/v1/files",
                headers: [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST")]
            )
            #expect(preflight.status == 204)
            #expect(preflight.headers.first(name: "Access-Control-Allow-Origin") == "https://app.example")
            #expect(preflight.headers.first(name: "Access-Control-Allow-Credentials") == "true")
            #expect(preflight.headers.first(name: "Access-Control-Allow-Headers")?.contains("Idempotency-Key") == true)
            for origin in ["https://evil.example", "https://app.example.evil", "null", "http://app.example"] {
                let other = try await world.anonymous.get("/health", [("Origin", origin)])
                #expect(other.status == 200)
                #expect(other.headers.first(name: "Access-Control-Allow-Origin") == nil)
                #expect(other.headers.first(name: "Vary") == "Origin")
            }
            #expect(try await world.anonymous.send("OPTIONS", "/anything").status == 204)
        }
    }

    @Test func `answers carry what keeps browsers from guessing`() async throws {
        try await ServerWorld.run { world async throws in
            for path in ["/health", "/nothing"] {
                let headers = try await world.anonymous.get(path).headers
                #expect(headers.first(name: "X-Content-Type-Options") == "nosniff")
                #expect(headers.first(name: "X-Frame-Options") == "DENY")
                #expect(headers.first(name: "Referrer-Policy") == "no-referrer")
                #expect(headers.first(name: "Content-Security-Policy")?.contains("default-src 'none'") == true)
                #expect(headers.first(name: "Server") == nil)
                #expect(headers.first(name: "Date")?.hasSuffix("GMT") == true)
            }
        }
    }

    @Test(arguments: ["", "{", "[]", "null", "\"text\"", #"{"username":5}"#, "{\"username\":\"\u{0}", #"{"username":["a"]}"#])
    func `a body that is not the expected JSON is an invalid request`(_ body: String) async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.anonymous.send("POST", "/api/v1/auth/login", json: body)
            #expect(answer.failure == "400 INVALID_REQUEST")
        }
    }

    @Test func `unknown fields are ignored and the content type is not asked for`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let answer = try await client.send(
                "POST",
                "/api/v1/profiles",
                headers: [("Content-Type", "text/plain")],
                body: Array(#"{"name":"Meetings","surprise":{"a":[1]},"options":{"more":true}}"#.utf8)
            )
            #expect(answer.status == 201)
        }
    }

    @Test func `a body beyond the limit is refused whether or not it says so`() async throws {
        try await ServerWorld.run(configure: { $0.jsonBytesMax = 1_000 }) { world async throws in
            let long = #"{"username":""# + String(repeating: "x", count: 2_000) + #""}"#
            #expect(try await world.anonymous.send("POST", "/api/v1/auth/login", json: long).failure == "413 PAYLOAD_TOO_LARGE")
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<30 { try await connection.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n") }
                #expect(try await connection.read(until: "PAYLOAD_TOO_LARGE"))
                #expect(connection.received.hasPrefix("HTTP/1.1 413"))
                #expect(connection.received.lowercased().contains("connection: close"))
            }
        }
    }

    @Test func `two requests on one connection get two answers`() async throws {
        try await ServerWorld.run { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                let request = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
                try await connection.send(request + request + "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                let answers = try await connection.readToEnd()
                #expect(answers.ranges(of: "HTTP/1.1 422").count == 2)
                #expect(answers.hasSuffix(#"{"status":"ok"}"#))
            }
        }
    }

    @Test func `a read that was seen before is not sent again until it changes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = try await "/api/v1/transcriptions/\(client.job())"
            let tag = try #require(try await client.get(path).headers.first(name: "ETag"))
            let same = try await client.get(path, [("If-None-Match", tag)])
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            _ = try await client.send("PATCH", path, json: #"{"title":"New"}"#)
            #expect(try await client.get(path, [("If-None-Match", tag)])["title"] == "New")
        }
    }

    @Test func `a body that is no UTF-8 is refused wherever the bad bytes stand`() async throws {
        try await ServerWorld.run { world async throws in
            for text in [#"{"refresh_token":"?"}"#, #"{"ignored":"?"}"#, #"{"?":1}"#] {
                let bytes = text.utf8.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
                let answer = try await world.anonymous.send("POST", "/api/v1/auth/logout", body: bytes)
                #expect(answer.failure == "400 INVALID_REQUEST")
            }
        }
    }

    @Test(arguments: ["limit", "sort", "status", "updated_after"])
    func `an empty parameter is as wrong as any other bad value`(_ name: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for list in ["files", "transcriptions"] {
                #expect(try await client.get("/api/v1/\(list)?\(name)=").failure == "422 VALIDATION_ERROR \(name)")
            }
            #expect(try await client.get("/api/v1/files?kind=").failure == "422 VALIDATION_ERROR kind")
            // Nothing to find and no place to start at are what they say.
            #expect(try await client.get("/api/v1/files?q=&cursor=").status == 200)
        }
    }

    @Test func `queries are decoded`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload(title: "Käse & Brot")
            #expect(try await client.get("/api/v1/files?q=k%C3%A4se+%26").items.first?["id"] as? String == file)
            #expect(try await client.get("/api/v1/files?q=wurst").items.isEmpty)
            #expect(try await client.get("/api/v1/files?limit=0").failure == "422 VALIDATION_ERROR limit")
            #expect(try await client.get("/api/v1/transcriptions?status=uploaded").failure == "422 VALIDATION_ERROR status")
        }
    }

    @Test func `the log names the code of a request that was refused`() async throws {
        try await ServerWorld.run { world async throws in
            _ = try await world.signedIn().get("/api/v1/files?limit=0")
            #expect(world.log.text.contains(#""code": VALIDATION_ERROR"#))
        }
    }
}
