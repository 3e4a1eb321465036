import Foundation
import Glibc
import ScriberrTestSupport
import Testing

/// The commands that speak to a server, against a real one.
@Suite(.serialized) struct RemoteCommandTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `sign in, submit, wait, look, export, retry, cancel`() async throws {
        try await withServer { url, folder in
            let program = try await signedIn(url, folder)
            let file = folder + "/.config/scriberr/login.json"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            let waited = try await program.run(["submit", welcome, "--wait", "--quiet"])
            #expect(waited.status == 0, "\(waited.errors)")
            #expect(waited.output.contains("computer"))
            #expect(!waited.output.contains("\u{1B}") && !waited.errors.contains("\u{1B}"))

            let listed = try await program.run(["jobs", "--json"])
            let jobs = try #require(listed.json["items"] as? [[String: Any]])
            #expect(jobs.count == 1)
            let id = try #require(jobs.first?["id"] as? String)
            #expect(try await program.run(["jobs", "list"]).output.contains("completed"))
            #expect(try await program.run(["jobs", "show", id]).output.contains("welcome"))
            #expect(try await program.run(["jobs", "logs", id]).output.contains("execution 1 status=completed"))
            #expect(try await program.run(["jobs", "watch", id]).line == "completed")

            let exported = try await program.run(["export", id, "--output", "talk.srt"])
            #expect(exported.status == 0 && exported.output.isEmpty)
            #expect(try String(contentsOfFile: folder + "/talk.srt", encoding: .utf8).hasPrefix("1\n00:00:0"))

            let again = try await program.run(["jobs", "retry", id])
            #expect(again.status == 0 && again.line.hasPrefix("tr_") && again.line != id)
            #expect(try await program.run(["jobs", "watch", again.line]).status == 0)
            let ended = try await program.run(["jobs", "cancel", again.line])
            #expect(ended.status == 1)
            #expect(ended.errors.contains("CONFLICT"))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `each way to fail has a status of its own`() async throws {
        try await withServer { url, folder in
            let stranger = Program(folder: folder)
            #expect(try await stranger.run(["jobs"]).status == 2)
            #expect(try await stranger.run(["jobs", "--server", url]).status == 2)
            let wrong = try await stranger.run(
                ["login", "--server", url, "--username", "anna", "--password-stdin"],
                input: "wrong horse\n"
            )
            #expect(wrong.status == 2)
            let away = Program(
                folder: folder,
                environment: ["SCRIBERR_SERVER": "http://127.0.0.1:1", "SCRIBERR_API_KEY": "sk_x"]
            )
            #expect(try await away.run(["jobs"]).status == 3)
            let program = try await signedIn(url, folder)
            #expect(try await program.run(["jobs", "show", "tr_nothing"]).status == 4)
            #expect(try await program.run(["jobs", "show", "../settings"]).status == 4)
            #expect(try await program.run(["jobs", "dance"]).status == 64)
            for wrong in [
                ["--format", "srt"], ["--wait", "--format", "waltz"], ["--wait", "--output", "/nowhere/a.txt"],
                ["--wait", "--json", "--format", "srt"], ["--keep-audio", "-1"],
            ] {
                // Told before anything is sent.
                let run = try await program.run(["submit", welcome] + wrong)
                #expect(run.status == 64 && run.output.isEmpty, "\(wrong): \(run.errors)")
            }
            #expect(try await program.run(["export", "tr_0", "--format", "waltz"]).status == 64)
            #expect(try await program.run(["export", "tr_0", "--export-option", "preset"]).status == 64)
            #expect(try await program.run(["jobs", "--json"]).json["items"] as? [String] == [])
            let missing = try await program.run(["submit", "nowhere.wav"])
            #expect(missing.status == 1)
            try "Dear Sir or Madam".write(toFile: folder + "/letter.mp3", atomically: true, encoding: .utf8)
            let letter = try await program.run(["submit", "letter.mp3", welcome, "--quiet"])
            #expect(letter.status == 1)
            #expect(letter.errors.contains("letter.mp3: "))
            #expect(letter.line.hasPrefix("tr_"), "the good file is taken all the same")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `keys and profiles are made, listed and removed`() async throws {
        try await withServer { url, folder in
            let program = try await signedIn(url, folder)
            let key = try await program.run(["keys", "create", "--name", "script", "--scope", "read"]).line
            #expect(key.hasPrefix("sk_"))
            let script = Program(folder: folder + "/..", environment: ["SCRIBERR_SERVER": url, "SCRIBERR_API_KEY": key])
            #expect(try await script.run(["jobs"]).status == 0)
            #expect(try await script.run(["profiles", "create", "--name", "p"]).status == 2, "the key may only read")
            #expect(try await script.run(["keys"]).status == 2, "a key is no login")
            // Whose keys would it look after: those of the login, or those of the account that the key belongs to?
            let both = try await Program(folder: folder, environment: ["SCRIBERR_API_KEY": key]).run(["keys"])
            #expect(both.status == 2 && both.output.isEmpty && both.errors.contains("SCRIBERR_API_KEY is set"))
            let keys = try #require(try await program.run(["keys", "--json"]).json["items"] as? [[String: Any]])
            let id = try #require(keys.first { $0["name"] as? String == "script" }?["id"] as? String)
            #expect(try await program.run(["keys", "revoke", id]).status == 0)
            #expect(try await script.run(["jobs"]).status == 2)

            let profile = try await program.run(["profiles", "create", "--name", "German", "--language", "de", "--default"]).line
            #expect(profile.hasPrefix("profile_"))
            #expect(try await program.run(["profiles"]).output.contains("German"))
            #expect(try await program.run(["profiles", "show", profile]).json["name"] as? String == "German")
            #expect(try await program.run(["profiles", "delete", profile]).status == 0)
            #expect(try await program.run(["logout"]).status == 0)
            #expect(try await program.run(["jobs"]).status == 2)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `an upload goes on after the server was killed under it`() async throws {
        try await withTemporaryFolder { folder in
            let port = ["PORT": String(QuietPort.find())]
            let first = ServerProcess(folder: folder, environment: port)
            let url = try await first.start()
            _ = try await APIClient.registered(at: url)
            let program = try await signedIn(url.absoluteString, folder)
            let long = folder + "/long.wav"
            try repeatAudio(welcome, times: 400, to: long)
            let submit = try program.start(["submit", long, "--quiet"], output: folder + "/submit")
            let staged = folder + "/data/uploads/.partial"
            let hasBegun = await eventually {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: staged)) ?? []
                return names.contains { name in
                    let size = try? FileManager.default.attributesOfItem(atPath: staged + "/" + name)[.size] as? Int
                    return (size ?? 0) > 4 << 20
                }
            }
            #expect(hasBegun)
            first.signal(SIGKILL)
            _ = await first.waitForEnd()
            let second = ServerProcess(folder: folder, environment: port)
            _ = try await second.start()
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    submit.waitUntilExit()
                    continuation.resume()
                }
            }
            let complaints = try String(contentsOfFile: folder + "/submit.err", encoding: .utf8)
            #expect(submit.terminationStatus == 0, "\(complaints)")
            let files = try await APIClient.signedIn(at: url).send("GET", "files").json["items"] as? [[String: Any]]
            let size = try FileManager.default.attributesOfItem(atPath: long)[.size] as? Int
            #expect(files?.count == 1)
            #expect(files?.first?["size_bytes"] as? Int == size)
            #expect(await second.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a job is told for how long it and its recording are kept`() async throws {
        try await withServer { url, folder in
            let program = try await signedIn(url, folder)
            let choices = ["--delete-audio", "--keep-audio", "7", "--keep-transcript", "90"]
            let job = try await program.run(["submit", welcome] + choices).line
            let client = try await APIClient.signedIn(at: #require(URL(string: url)))
            let rules = try await client.send("GET", "transcriptions/\(job)/retention").json
            #expect(rules["source"] as? String == "job")
            #expect(rules["audio_days"] as? Int == 7)
            #expect(rules["transcript_days"] as? Int == 90)
            #expect(rules["delete_audio_after_success"] as? Bool == true)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `what standard output does not take is told, with what was made`() async throws {
        try await withServer { url, folder in
            let program = try await signedIn(url, folder)
            func runFull(_ arguments: [String]) async throws -> Program.Run {
                try await program.run(arguments, standardOutput: FileHandle(forWritingAtPath: "/dev/full"))
            }
            let submitted = try await runFull(["submit", welcome])
            let job = try #require(submitted.errors.firstMatch(of: /The job (tr_[0-9a-f]+) was made\./)?.1)
            let created = try await runFull(["keys", "create", "--name", "lost"])
            let key = try #require(created.errors.firstMatch(of: /scriberr keys revoke (key_\w+)/)?.1)
            #expect(try await program.run(["keys", "revoke", String(key)]).status == 0)
            #expect(try await program.run(["jobs", "watch", String(job)]).status == 0)
            for arguments in [
                ["jobs"], ["jobs", "watch", String(job), "--json"], ["export", String(job)], ["models"],
                ["submit", welcome, "--wait"],
            ] {
                let run = try await runFull(arguments)
                #expect(
                    run.status == 1 && run.errors.contains("Standard output cannot be written"),
                    "\(arguments): \(run.errors)"
                )
            }
            #expect([submitted.status, created.status] == [1, 1])
            let copied = try await program.run(["export", String(job), "--output", "/dev/stdout"])
            #expect(copied.status == 0 && copied.output.contains("computer"))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `results of recordings with the same name lie side by side, and a document is its bytes`() async throws {
        try await withServer { url, folder in
            let program = try await signedIn(url, folder)
            for place in ["a", "b"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(place)", withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: welcome, toPath: "\(folder)/\(place)/talk.wav")
            }
            let run = try await program.run(["submit", "a/talk.wav", "b/talk.wav", "--wait", "--output", "texts/"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder + "/texts").sorted() == [
                    "talk.wav-2.txt", "talk.wav.txt",
                ]
            )

            let client = try await APIClient.signedIn(at: #require(URL(string: url)))
            let jobs = try #require(try await program.run(["jobs", "--json"]).json["items"] as? [[String: Any]])
            let id = try #require(jobs.first?["id"] as? String)
            let title = String(repeating: "会", count: 120)
            #expect(try await client.send("PATCH", "transcriptions/\(id)", json: ["title": title]).status == 200)
            #expect(try await program.run(["export", id, "--output", "texts/"]).status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/texts")
            #expect(names.contains { $0.hasPrefix("会会") && $0.hasSuffix(".txt") })
            #expect(FileManager.default.createFile(atPath: folder + "/talk.docx", contents: nil))
            let document = try #require(FileHandle(forWritingAtPath: folder + "/talk.docx"))
            #expect(try await program.run(["export", id, "--format", "docx"], standardOutput: document).status == 0)
            // A ZIP ends with 22 bytes that begin so; nothing may come behind them.
            let bytes = try #require(FileManager.default.contents(atPath: folder + "/talk.docx"))
            #expect(bytes.suffix(22).prefix(4) == Data([0x50, 0x4B, 0x05, 0x06]))
        }
    }

    @Test func `help comes with examples`() async throws {
        try await withTemporaryFolder { folder in
            let help = try await Program(folder: folder).run(["submit", "--help"])
            #expect(help.output.contains("scriberr submit interview.m4a --wait"))
        }
    }

    private func withServer(_ body: (String, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let home = folder + "/home"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            let server = ServerProcess(folder: folder)
            let url = try await server.start()
            _ = try await APIClient.registered(at: url)
            do {
                try await body(url.absoluteString, home)
            } catch {
                _ = await server.stop()
                throw error
            }
            #expect(await server.stop() == 0)
        }
    }

    private func signedIn(_ url: String, _ folder: String) async throws -> Program {
        let program = Program(folder: folder)
        let login = try await program.run(
            ["login", "--server", url, "--username", "anna", "--password-stdin"],
            input: "correct horse\n"
        )
        #expect(login.status == 0, "\(login.errors)")
        return program
    }
}
