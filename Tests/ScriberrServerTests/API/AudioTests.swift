import NIOHTTP1
import Testing

@Suite struct AudioRoutes {
    private let recording = TestForm.recording(1_000)

    private func withRecording(_ body: (TestClient, String) async throws -> Void) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload(recording)
            try await body(client, "/api/v1/files/\(file)/audio")
        }
    }

    @Test func `the whole recording comes with what a player needs`() async throws {
        try await withRecording { client, path async throws in
            let answer = try await client.get(path)
            #expect(answer.status == 200)
            #expect(answer.body == recording)
            #expect(answer.headers.first(name: "Accept-Ranges") == "bytes")
            #expect(answer.headers.first(name: "Content-Type") == "audio/wav")
            #expect(answer.headers.first(name: "ETag")?.hasPrefix("\"") == true)
            #expect(answer.headers.first(name: "Last-Modified")?.hasSuffix("GMT") == true)
            let head = try await client.send("HEAD", path)
            #expect(head.status == 200)
            #expect(head.headers.first(name: "Content-Length") == "1000")
        }
    }

    @Test func `single ranges are for GET alone`() async throws {
        try await withRecording { client, path async throws in
            for (range, expected) in [
                ("bytes=0-0", 0..<1), ("bytes=990-2000", 990..<1_000), ("bytes=500-", 500..<1_000), ("bytes=-7", 993..<1_000),
            ] {
                let answer = try await client.get(path, [("Range", range)])
                #expect(answer.status == 206)
                #expect(
                    answer.headers.first(name: "Content-Range") == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/1000"
                )
                #expect(answer.body == Array(recording[expected]))
                let head = try await client.send("HEAD", path, headers: [("Range", range)])
                #expect(head.status == 200)
                #expect(head.headers.first(name: "Content-Length") == "1000" && head.headers["Content-Range"] == [])
            }
        }
    }

    @Test func `several ranges come as parts`() async throws {
        try await withRecording { client, path async throws in
            let answer = try await client.get(path, [("Range", "bytes=0-1,-2")])
            #expect(answer.status == 206)
            let type = try #require(answer.headers.first(name: "Content-Type"))
            let boundary = try #require(type.split(separator: "boundary=").last)
            var expected = Array("\r\n--\(boundary)\r\nContent-Type: audio/wav\r\nContent-Range: bytes 0-1/1000\r\n\r\n".utf8)
            expected += recording[..<2]
            expected += "\r\n--\(boundary)\r\nContent-Type: audio/wav\r\nContent-Range: bytes 998-999/1000\r\n\r\n".utf8
            expected += recording[998...]
            expected += "\r\n--\(boundary)--\r\n".utf8
            #expect(answer.body == expected)
        }
    }

    @Test func `ranges outside are told the size, malformed ones are ignored`() async throws {
        try await withRecording { client, path async throws in
            let outside = try await client.get(path, [("Range", "bytes=1000-")])
            #expect(outside.failure == "416 RANGE_NOT_SATISFIABLE")
            #expect(outside.headers.first(name: "Content-Range") == "bytes */1000")
            for range in ["bytes=5-2", "items=0-1", "bytes=x", "bytes=0-900,100-999"] {
                let answer = try await client.get(path, [("Range", range)])
                #expect(answer.status == 200)
                #expect(answer.body.count == 1_000)
            }
        }
    }

    @Test func `conditions are kept`() async throws {
        try await withRecording { client, path async throws in
            let answer = try await client.get(path)
            let tag = try #require(answer.headers.first(name: "ETag"))
            let date = try #require(answer.headers.first(name: "Last-Modified"))
            let past = "Sun, 06 Nov 1994 08:49:37 GMT"
            func status(_ headers: [(String, String)]) async throws -> Int { try await client.get(path, headers).status }
            for good in [tag, "W/\(tag)", "*", "\"other\", \(tag)"] {
                let unchanged = try await client.get(path, [("If-None-Match", good)])
                #expect(unchanged.status == 304)
                #expect(unchanged.body.isEmpty)
                #expect(unchanged.headers.first(name: "ETag") == tag)
            }
            #expect(try await status([("If-None-Match", "\"other\"")]) == 200)
            #expect(try await status([("If-None-Match", "\"other\""), ("If-Modified-Since", date)]) == 200)
            #expect(try await status([("If-Modified-Since", date)]) == 304)
            #expect(try await status([("If-Modified-Since", past)]) == 200)
            #expect(try await status([("If-Unmodified-Since", past)]) == 412)
            #expect(try await status([("If-Match", "\"other\"")]) == 412)
            #expect(try await status([("If-Match", tag), ("Range", "bytes=0-1")]) == 206)
            for (condition, expected) in [
                (tag, 206), (date, 206), (past, 200), ("\"other\"", 200), ("W/\(tag)", 200), ("nonsense", 200),
            ] {
                #expect(try await status([("If-Range", condition), ("Range", "bytes=0-1")]) == expected, "\(condition)")
            }
        }
    }

    @Test func `a job plays its recording, and strangers get nothing`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let answer = try await client.get("/api/v1/transcriptions/\(job)/audio", [("Range", "bytes=0-3")])
            #expect(answer.text == "RIFF")
            #expect(try await client.get("/api/v1/files/file_00/audio").failure == "404 NOT_FOUND")
            #expect(try await world.anonymous.get("/api/v1/transcriptions/\(job)/audio").failure == "401 UNAUTHORIZED")
        }
    }
}
