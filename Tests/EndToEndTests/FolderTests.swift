import Foundation
import Glibc
import ScriberrTestSupport
import Testing

/// Watched folders, with real files, a real server and programs that are killed.
@Suite(.serialized) struct FolderTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `a folder is worked through once, whatever its recordings are called`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(folder: folder)
            let url = try await server.start()
            let client = try await APIClient.registered(at: url)
            let program = try await signedIn(url, folder)
            let inbox = try makeInbox(folder)
            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/talk.wav")
            try "Dear Sir or Madam".write(toFile: inbox + "/letter.mp3", atomically: true, encoding: .utf8)
            try "not a recording".write(toFile: inbox + "/notes.txt", atomically: true, encoding: .utf8)

            let first = try await watch(program, inbox, folder)
            #expect(first.status == 1, "one recording failed")
            #expect(try String(contentsOfFile: folder + "/out/talk.txt", encoding: .utf8).contains("computer"))
            #expect(try String(contentsOfFile: folder + "/out/talk.srt", encoding: .utf8).hasPrefix("1\n"))
            #expect(try filesBelow(inbox + "/done") == ["talk.wav"])
            #expect(try filesBelow(inbox + "/failed").sorted() == ["letter.mp3", "letter.mp3.error.txt"])
            #expect(FileManager.default.fileExists(atPath: inbox + "/notes.txt"))

            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/same talk.wav")
            let second = try await watch(program, inbox, folder)
            #expect(second.status == 0)
            #expect(try filesBelow(inbox + "/done").sorted() == ["same talk.wav", "talk.wav"])
            #expect(try await jobCount(client) == 1)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a watcher that is killed goes on with the job that it had started`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(folder: folder)
            let url = try await server.start()
            let client = try await APIClient.registered(at: url)
            let program = try await signedIn(url, folder)
            let inbox = try makeInbox(folder)
            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/talk.wav")
            for _ in 0..<2 {
                let watcher = try program.start(arguments(inbox, folder), output: folder + "/watch")
                let hasTaken = await eventually {
                    (try? String(contentsOfFile: inbox + "/.scriberr/journal.jsonl", encoding: .utf8))?.contains("tr_") == true
                }
                #expect(hasTaken)
                kill(watcher.processIdentifier, SIGKILL)
                watcher.waitUntilExit()
            }
            #expect(try await watch(program, inbox, folder).status == 0)
            #expect(FileManager.default.fileExists(atPath: folder + "/out/talk.txt"))
            #expect(try await jobCount(client) == 1)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `subfolders are worked through when asked for, and results keep their places`() async throws {
        try await withTemporaryFolder { folder in
            let program = Program(folder: folder)
            let inbox = try makeInbox(folder)
            for place in ["monday/am", "tuesday"] {
                try FileManager.default.createDirectory(atPath: "\(inbox)/\(place)", withIntermediateDirectories: true)
            }
            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/monday/am/talk.wav")
            try "Dear Sir or Madam".write(toFile: inbox + "/tuesday/talk.mp3", atomically: true, encoding: .utf8)
            let flat = try await program.run(arguments(inbox, folder) + ["--local", "--once"])
            #expect(flat.status == 0)
            #expect(FileManager.default.fileExists(atPath: inbox + "/monday/am/talk.wav"))
            let deep = try await program.run(arguments(inbox, folder) + ["--local", "--once", "--recursive"])
            #expect(deep.status == 1, "one recording failed: \(deep.errors)")
            #expect(try String(contentsOfFile: folder + "/out/monday/am/talk.txt", encoding: .utf8).contains("computer"))
            #expect(FileManager.default.fileExists(atPath: inbox + "/done/monday/am/talk.wav"))
            #expect(FileManager.default.fileExists(atPath: inbox + "/failed/tuesday/talk.mp3.error.txt"))
            let again = try await program.run(arguments(inbox, folder) + ["--local", "--once", "--recursive"])
            #expect(again.status == 0, "what was put away was taken again: \(again.errors)")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `an empty file is put away as failed, each time and with its reason`() async throws {
        try await withTemporaryFolder { folder in
            let program = Program(folder: folder)
            let inbox = try makeInbox(folder)
            for name in ["empty.wav", "other.mp3"] {
                #expect(FileManager.default.createFile(atPath: inbox + "/" + name, contents: nil))
                let run = try await program.run(arguments(inbox, folder) + ["--local", "--once"])
                #expect(run.status == 1 && run.errors.contains("\(name): The file is empty."), "\(run.errors)")
                #expect(try filesBelow(inbox + "/failed").contains(name + ".error.txt"))
                #expect(!FileManager.default.fileExists(atPath: inbox + "/" + name))
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `copies that come together are one job, and one whose line is gone from the journal is done again`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(folder: folder)
            let url = try await server.start()
            let client = try await APIClient.registered(at: url)
            let program = try await signedIn(url, folder)
            let inbox = try makeInbox(folder)
            for name in ["one.wav", "two.wav"] { try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/" + name) }
            let first = try await watch(program, inbox, folder)
            #expect(first.status == 0, "\(first.errors)")
            #expect(try filesBelow(inbox + "/done").sorted() == ["one.wav", "two.wav"])
            #expect(try await jobCount(client) == 1)

            try Data().write(to: URL(fileURLWithPath: inbox + "/.scriberr/journal.jsonl"))
            try FileManager.default.moveItem(atPath: inbox + "/done/one.wav", toPath: inbox + "/one.wav")
            let second = try await watch(program, inbox, folder)
            #expect(second.status == 0, "\(second.errors)")
            #expect(try await jobCount(client) == 2)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a recording that is still written is not taken`() async throws {
        try await withTemporaryFolder { folder in
            let program = Program(folder: folder)
            let inbox = try makeInbox(folder)
            let whole = try Data(contentsOf: URL(fileURLWithPath: welcome))
            let path = inbox + "/slow.wav"
            #expect(FileManager.default.createFile(atPath: path, contents: whole.prefix(1_000)))
            let writer = try #require(FileHandle(forUpdatingAtPath: path))
            try writer.seekToEnd()
            let watcher = try program.start(arguments(inbox, folder) + ["--local"], output: folder + "/watch")
            // Another recording is done in the meantime, so the watcher had its chance.
            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/quick.wav")
            #expect(await eventually { FileManager.default.fileExists(atPath: folder + "/out/quick.txt") })
            let journal = try String(contentsOfFile: inbox + "/.scriberr/journal.jsonl", encoding: .utf8)
            #expect(!journal.contains("slow"))
            // Silence behind the speech makes it another recording.
            try writer.write(contentsOf: whole.dropFirst(1_000) + Data(count: 3_200))
            try writer.close()
            #expect(await eventually { FileManager.default.fileExists(atPath: folder + "/out/slow.txt") })
            kill(watcher.processIdentifier, SIGKILL)
            watcher.waitUntilExit()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `the server watches a folder and exports by a rule, across a kill`() async throws {
        try await withTemporaryFolder { folder in
            let inbox = try makeInbox(folder)
            let environment = [
                "WATCH_DIRS": inbox, "WATCH_SETTLE": "500ms", "EXPORT_DIR": folder + "/out", "EXPORT_FORMATS": "txt,vtt",
                "EXPORT_NAME": "{user}/{title}",
            ]
            let first = ServerProcess(folder: folder, environment: environment)
            let url = try await first.start()
            _ = try await APIClient.registered(at: url)
            try FileManager.default.copyItem(atPath: welcome, toPath: inbox + "/talk.wav")
            let hasTaken = await eventually {
                (try? String(contentsOfFile: inbox + "/.scriberr/journal.jsonl", encoding: .utf8))?.contains("tr_") == true
            }
            #expect(hasTaken)
            first.signal(SIGKILL)
            _ = await first.waitForEnd()
            let second = ServerProcess(folder: folder, environment: environment)
            let client = try await APIClient.signedIn(at: second.start())
            let isExported = await eventually {
                FileManager.default.fileExists(atPath: folder + "/out/anna/talk.vtt")
            }
            #expect(isExported)
            #expect(try String(contentsOfFile: folder + "/out/anna/talk.txt", encoding: .utf8).contains("computer"))
            #expect(await eventually { (try? filesBelow(inbox + "/done")) == ["talk.wav"] })
            #expect(try await jobCount(client) == 1)
            #expect(await second.stop() == 0)
        }
    }

    private func arguments(_ inbox: String, _ folder: String) -> [String] {
        ["watch", inbox, "--export", "txt,srt", "--to", folder + "/out", "--settle", "500ms"]
    }

    private func watch(_ program: Program, _ inbox: String, _ folder: String) async throws -> Program.Run {
        try await program.run(arguments(inbox, folder) + ["--once"])
    }

    private func makeInbox(_ folder: String) throws -> String {
        let inbox = folder + "/inbox"
        try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
        return inbox
    }

    private func jobCount(_ client: APIClient) async throws -> Int? {
        (try await client.send("GET", "transcriptions").json["items"] as? [Any])?.count
    }

    private func signedIn(_ url: URL, _ folder: String) async throws -> Program {
        let program = Program(folder: folder)
        let login = try await program.run(
            ["login", "--server", url.absoluteString, "--username", "anna", "--password-stdin"],
            input: "correct horse\n"
        )
        #expect(login.status == 0, "\(login.errors)")
        return program
    }
}
