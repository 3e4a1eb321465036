import Foundation
import ScriberrTestSupport
import Testing

/// The built programs, real audio, real HTTP.
@Suite(.serialized)
struct SpineTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `a recording uploaded over HTTP becomes a transcript with words and times`() async throws {
        try await withServer { server, client in
            let submitted = try await client.upload(welcome, to: "transcriptions:submit", fields: ["title": "Welcome"])
            #expect(submitted.status == 202)
            let id = try #require(submitted.json["id"] as? String)

            let events = try await client.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed")
            let progress = events.compactMap { $0.json["progress"] as? Double }
            #expect(progress == progress.sorted())

            let job = try await client.send("GET", "transcriptions/\(id)").json
            #expect(job["status"] as? String == "completed")
            #expect(job["progress"] as? Double == 1)
            #expect(job["title"] as? String == "Welcome")

            let transcript = try await client.send("GET", "transcriptions/\(id)/transcript").json
            let words = try #require(transcript["words"] as? [[String: Any]])
            let segments = try #require(transcript["segments"] as? [[String: Any]])
            let said = try String(contentsOfFile: welcome.replacingOccurrences(of: ".wav", with: ".txt"), encoding: .utf8)
            let rate = wordErrorRate(heard: words.compactMap { $0["word"] as? String }, said: said)
            #expect(rate < 0.35, "word error rate \(rate)")
            #expect(!segments.isEmpty)
            let starts = words.compactMap { $0["start"] as? Double }
            #expect(starts.count == words.count)
            #expect(starts == starts.sorted())

            let subtitles = try await client.send("GET", "transcriptions/\(id)/transcript?format=srt")
            #expect(subtitles.text.hasPrefix("1\n00:00:0"))
            #expect(subtitles.headers["content-disposition"]?.contains("Welcome.srt") == true)
            let captions = try await client.send("GET", "transcriptions/\(id)/transcript", headers: ["Accept": "text/vtt"])
            #expect(captions.text.hasPrefix("WEBVTT"))
            let kept = server.folder + "/data/transcripts/\(id)/transcript.json"
            #expect(await eventually { FileManager.default.fileExists(atPath: kept) })

            let executions = try await client.send("GET", "transcriptions/\(id)/executions").json
            let items = try #require(executions["items"] as? [[String: Any]])
            #expect(items.map { $0["status"] as? String } == ["completed"])
            #expect(items.first?["provider"] as? String == "local")
            _ = server
        }
    }

    @Test(.timeLimit(.minutes(15)), arguments: ["mp3", "m4a", "ogg", "mp4", "48k-stereo.wav"])
    func `every common kind of recording is understood`(kind: String) async throws {
        try await withServer { server, client in
            let file = server.folder + "/recording." + kind
            try convert(welcome, to: file)
            let submitted = try await client.upload(file, to: "transcriptions:submit")
            let id = try #require(submitted.json["id"] as? String)
            let events = try await client.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed")
            let transcript = try await client.send("GET", "transcriptions/\(id)/transcript").json
            #expect((transcript["words"] as? [Any])?.count ?? 0 > 5)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a file that is no recording is refused and leaves nothing behind`() async throws {
        try await withServer { server, client in
            let cases: [(name: String, content: String)] = [
                ("letter.mp3", "Dear Sir or Madam, this is not music."),
                ("empty.wav", ""),
                ("list.m3u8", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
                ("list.mp3", "ffconcat version 1.0\nfile /etc/passwd\n"),
            ]
            for item in cases {
                let file = server.folder + "/" + item.name
                try item.content.write(toFile: file, atomically: true, encoding: .utf8)
                let answer = try await client.upload(file, to: "files")
                let error = answer.json["error"] as? [String: Any]
                let code = error?["code"] as? String
                #expect(["MEDIA_UNREADABLE", "UNSUPPORTED_MEDIA_TYPE"].contains(code), "\(item.name): \(answer.text)")
                #expect(error?["field"] as? String == "file")
                #expect(!answer.text.contains("/etc/passwd") && !answer.text.contains(server.folder))
            }
            #expect((try await client.send("GET", "files").json["items"] as? [Any])?.isEmpty == true)
            #expect(try filesBelow(server.folder + "/data/uploads").isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `killing the server in the middle of a job costs nothing but time`() async throws {
        try await withTemporaryFolder { folder in
            let long = folder + "/long.wav"
            try repeatAudio(welcome, times: 12, to: long)
            let first = ServerProcess(folder: folder)
            let client = try await APIClient.registered(at: first.start())
            let id = try #require(try await client.upload(long, to: "transcriptions:submit").json["id"] as? String)
            _ = try await client.events(of: id) { $0.type == "transcription.segment" }
            first.signal(SIGKILL)
            #expect(await first.waitForEnd() == SIGKILL)

            let second = ServerProcess(folder: folder)
            let again = try await APIClient.signedIn(at: second.start())
            let events = try await again.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed")
            let executions = try await again.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]]
            #expect(executions?.map { $0["status"] as? String } == ["completed", "interrupted"])
            #expect(await second.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `killing the engine host in the middle of a job is another attempt, not an outage`() async throws {
        try await withTemporaryFolder { folder in
            let long = folder + "/long.wav"
            try repeatAudio(welcome, times: 12, to: long)
            let server = ServerProcess(folder: folder)
            let client = try await APIClient.registered(at: server.start())
            let id = try #require(try await client.upload(long, to: "transcriptions:submit").json["id"] as? String)
            _ = try await client.events(of: id) { $0.type == "transcription.segment" }
            let hosts = try server.engineHosts()
            #expect(hosts.count == 1)
            for host in hosts { kill(host, SIGKILL) }
            #expect(try await client.send("GET", "ready").status == 200)
            let events = try await client.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed")
            let executions = try await client.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]]
            #expect(executions?.count == 2)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `SIGTERM puts a running job back and ends with status 0 while clients listen`() async throws {
        try await withTemporaryFolder { folder in
            let long = folder + "/long.wav"
            try repeatAudio(welcome, times: 12, to: long)
            let first = ServerProcess(folder: folder, environment: ["SHUTDOWN_TIMEOUT": "8s"])
            let client = try await APIClient.registered(at: first.start())
            let id = try #require(try await client.upload(long, to: "transcriptions:submit").json["id"] as? String)
            _ = try await client.events(of: id) { $0.type == "transcription.segment" }
            let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
            let listeners = (0..<5).map { _ in
                Task {
                    try await client.events("events") { event in
                        if event.type == "snapshot" { arrival.yield() }
                        return false
                    }
                }
            }
            var waiting = 5
            for await _ in arrivals {
                waiting -= 1
                if waiting == 0 { break }
            }
            let asked = ContinuousClock.now
            #expect(await first.stop() == 0)
            let stopping = ContinuousClock.now - asked
            // A figure and no limit; that the job was not waited for is seen from its attempts.
            print("spine: stopped after \(stopping)")
            // A stream that is broken off instead of ended throws.
            for listener in listeners { #expect(try await listener.value.first?.type == "snapshot") }

            let second = ServerProcess(folder: folder)
            let again = try await APIClient.signedIn(at: second.start())
            let events = try await again.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed")
            let executions = try await again.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]]
            #expect(executions?.map { $0["status"] as? String } == ["completed", "interrupted"])
            #expect(await second.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a job is told of a stop at once, not when an upload that stands still has been given up`() async throws {
        try await withServer { server, client in
            let long = server.folder + "/long.wav"
            try repeatAudio(welcome, times: 12, to: long)
            let id = try #require(try await client.upload(long, to: "transcriptions:submit").json["id"] as? String)
            _ = try await client.events("transcriptions/\(id)/events") { $0.type == "transcription.segment" }
            let upload = Process()
            upload.executableURL = URL(fileURLWithPath: "/bin/bash")
            upload.arguments = ["-c", Self.stalledUpload, "upload", "\(client.base.port ?? 0)", client.token ?? ""]
            let answer = Pipe()
            upload.standardOutput = answer
            try upload.run()
            let incoming = server.folder + "/data/uploads/.incoming"
            #expect(await eventually { (try? FileManager.default.contentsOfDirectory(atPath: incoming))?.isEmpty == false })
            #expect(await server.stop() == 0)
            let text = String(decoding: try answer.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 503 "))
            let told = try #require(server.output.firstIndex { $0.contains("Stopping transcription job") })
            let refused = try #require(server.output.firstIndex { $0.contains("SERVICE_UNAVAILABLE") })
            #expect(told < refused)
        }
    }

    /// Sends the beginning of a recording to port `$1` with token `$2` and waits for the answer.
    private static let stalledUpload = #"""
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf 'POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n' "$2" >&3
        printf 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n--b\r\n' >&3
        printf 'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' >&3
        head -c 100000 /dev/zero >&3
        cat <&3
        """#

    @Test func `a wrong setting stops the start and names itself`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(
                folder: folder,
                environment: ["TRANSCRIPTION_WORKERS": "two", "SPEECH_ENGINE_PROVIDER": "metal"]
            )
            let error = await #expect(throws: ServerDied.self) { try await server.start() }
            #expect(error?.output.contains { $0.contains("TRANSCRIPTION_WORKERS") } == true)
            #expect(error?.output.contains { $0.contains("SPEECH_ENGINE_PROVIDER") } == true)
            #expect(await server.waitForEnd() == 1)
        }
    }
}
