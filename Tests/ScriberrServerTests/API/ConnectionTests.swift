import Testing

@testable import ScriberrServer

/// Clients that are slow, break off, speak no HTTP or come in crowds.
@Suite struct Connections {
    @Test func `a client that does not finish its headers is cut off`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("GET /health HTTP/1.1\r\nHo")
                #expect(try await connection.readToEnd() == "")
            }
        }
    }

    @Test func `a client of HTTP/1.0 gets one answer without chunks, and then the end`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            for field in ["", "Connection: keep-alive\r\n"] {
                try await RawConnection.open(port: world.port) { connection async throws in
                    try await connection.send("GET /health HTTP/1.0\r\n\(field)\r\n")
                    let answer = try await connection.readToEnd()
                    #expect(answer.hasPrefix("HTTP/1.0 200 ") && answer.hasSuffix("}"))
                    #expect(answer.lowercased().contains("connection: close"))
                }
            }
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("GET /api/v1/events HTTP/1.0\r\nAuthorization: Bearer \(token)\r\n\r\n")
                #expect(try await connection.read(until: "\r\n\r\n: connected\n\n"))
                #expect(!connection.received.lowercased().contains("transfer-encoding"))
            }
            try await RawConnection.open(port: world.port) { connection async throws in
                let body = #"{"name":"old"}"#
                try await connection.send(
                    "POST /api/v1/profiles HTTP/1.0\r\nAuthorization: Bearer \(token)\r\nExpect: 100-continue\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                #expect(try await connection.readToEnd().hasPrefix("HTTP/1.0 201 "))
            }
        }
    }

    @Test func `headers that come byte by byte are cut off all the same`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("GET /health HTTP/1.1\r\nX-Slow: ")
                #expect(try await connection.readToEnd(dripping: "x") == "")
            }
        }
    }

    @Test func `a body that stalls is answered with 408, and nothing is done`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            let (client, tokens) = try await world.register()
            for length in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
                try await RawConnection.open(port: world.port) { connection async throws in
                    try await connection.send(
                        "POST /api/v1/profiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(tokens["access_token"] ?? "")\r\n"
                            + "\(length)\r\n\r\n"
                            + (length.hasPrefix("C") ? #"{"name":"# : "f\r\n" + #"{"name":"half"}"# + "\r\n")
                    )
                    let answer = try await connection.readToEnd()
                    #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(length)")
                    #expect(answer.contains(#""code":"REQUEST_TIMEOUT""#))
                    #expect(answer.lowercased().contains("connection: close"))
                    #expect(answer.contains("X-Content-Type-Options: nosniff"))
                }
            }
            #expect(try await client.get("/api/v1/profiles").items.isEmpty)
        }
    }

    @Test(arguments: [
        ("1.1", "", 400), ("1.1", "Host: a\r\nHost: a\r\n", 400), ("1.1", "Host: a b\r\n", 400), ("1.1", "Host: a/b\r\n", 400),
        ("1.1", "host: ünï\r\n", 400), ("1.0", "Host: a\r\nhost: b\r\n", 400), ("1.0", "", 200), ("1.1", "Host:\r\n", 200),
        ("1.1", "HOST: localhost:8080\r\n", 200), ("1.1", "Host: [::1]:80\r\n", 200),
    ])
    func `a request names one host`(_ version: String, _ fields: String, _ status: Int) async throws {
        try await ServerWorld.run { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("GET /health HTTP/\(version)\r\n\(fields)Connection: close\r\n\r\n")
                let answer = try await connection.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) ") || answer.hasPrefix("HTTP/1.0 \(status) "), "\(answer)")
                #expect(answer.contains(#""code":"INVALID_REQUEST""#) == (status == 400))
            }
        }
    }

    @Test func `a body that comes in drops is cut off though it never stalls`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
                #expect(try await connection.readToEnd(dripping: " ").hasPrefix("HTTP/1.1 408 "))
            }
        }
    }

    @Test func `a chunked body that is cut off is no complete one`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            for _ in 0..<3 {
                try await RawConnection.open(port: world.port) { connection async throws in
                    try await connection.send(
                        "POST /api/v1/profiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(tokens["access_token"] ?? "")\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\nf\r\n" + #"{"name":"half"}"# + "\r\n"
                    )
                }
            }
            // None of them is answered, so what comes behind them is the first.
            #expect(try await client.send("POST", "/api/v1/profiles", json: #"{"name":"whole"}"#).status == 201)
            #expect(try await client.get("/api/v1/profiles").items.count == 1)
        }
    }

    @Test(arguments: [
        (
            "GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + String(repeating: "x", count: 20_000) + "\r\n\r\n", 431,
            "HEADERS_TOO_LARGE"
        ),
        ("GET /" + String(repeating: "x", count: 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, "HEADERS_TOO_LARGE"),
        (
            "GET /health HTTP/1.1\r\n" + (0..<200).map { "X-\($0): 1\r\n" }.joined() + "\r\n", 431, "HEADERS_TOO_LARGE"
        ),
        ("BREW /api/v1/files HTTP/1.1\r\nHost: x\r\n\r\n", 501, "NOT_IMPLEMENTED"),
        ("GET /health HTTPS\r\nHost: x\r\n\r\n", 400, "INVALID_REQUEST"),
        ("GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", 400, "INVALID_REQUEST"),
        (
            "POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            "INVALID_REQUEST"
        ),
        (
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n", 400,
            "INVALID_REQUEST"
        ),
        (
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            501, "NOT_IMPLEMENTED"
        ),
    ])
    func `what is no request gets the one envelope too`(_ bytes: String, _ status: Int, _ code: String) async throws {
        try await ServerWorld.run(configure: { $0.headerBytesMax = 8_192 }) { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(bytes)
                let answer = try await connection.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(60))")
                #expect(answer.contains(#"{"error":{"code":"\#(code)","message":""#))
                #expect(answer.firstMatch(of: /"request_id":"req_[0-9a-f]{24}"/) != nil)
                #expect(answer.contains("X-Request-ID: req_"))
                #expect(answer.ranges(of: "HTTP/1.1").count == 1)
            }
        }
    }

    @Test(arguments: ["keep-alive", "close"])
    func `behind a stream its connection goes on, as it says, unless the client wants no more`(_ wish: String) async throws {
        try await ServerWorld.run(configure: { $0.lingerTimeout = .seconds(300) }) { world async throws in
            let (client, tokens) = try await world.register()
            try await RawConnection.open(port: world.port) { connection async throws in
                let access = "Authorization: Bearer \(tokens["access_token"] ?? "")"
                try await connection.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nConnection: \(wish)\r\n\(access)\r\n\r\n")
                #expect(try await connection.read(until: "event: snapshot"))
                let body = #"{"refresh_token":"\#(tokens["refresh_token"] ?? "")"}"#
                #expect(try await client.send("POST", "/api/v1/auth/logout", json: body).status == 200)
                #expect(try await connection.read(until: "\r\n0\r\n\r\n"))
                if wish == "close" { return #expect(try await connection.readToEnd().hasSuffix("\r\n0\r\n\r\n")) }
                try await connection.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                #expect(try await connection.readToEnd().contains("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"))
            }
        }
    }

    @Test func `connections beyond the limit wait until another ends`() async throws {
        try await ServerWorld.run(configure: { $0.connectionsMax = 2 }) { world async throws in
            let ask = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
            try await RawConnection.open(port: world.port) { first async throws in
                try await first.send(ask)
                #expect(try await first.read(until: "ok"))
                try await RawConnection.open(port: world.port) { second async throws in
                    try await second.send(ask)
                    #expect(try await second.read(until: "ok"))
                    try await RawConnection.open(port: world.port) { third async throws in
                        try await third.send(ask)
                        // Those who are in are served as ever, while the third gets nothing.
                        try await second.send(ask.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
                        #expect(try await second.readToEnd().ranges(of: "ok").count == 2)
                        #expect(try await third.read(until: "ok"))
                        #expect(third.received.ranges(of: "HTTP/1.1 200").count == 1)
                    }
                }
            }
        }
    }
}
