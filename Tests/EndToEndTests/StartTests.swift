import Foundation
import ScriberrTestSupport
import Testing

/// How a server begins and ends, as its operator sees it.
@Suite struct StartTests {
    /// The lines of a log with these levels.
    private func lines(_ run: Program.Run, _ levels: Set<String>) -> [[String: Any]] {
        run.output.split(separator: "\n").compactMap { line in
            let entry = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
            return entry.flatMap { levels.contains($0["level"] as? String ?? "") ? $0 : nil }
        }
    }

    private func errors(_ run: Program.Run) -> [String] { run.errors.split(separator: "\n").map(String.init) }

    @Test(arguments: ["serve", "worker"])
    func `wrong settings are told in one line of the log and a line each on standard error`(command: String) async throws {
        try await withTemporaryFolder { folder in
            let environment = ["TRANSCRIPTION_WORKERS": "two", "PORT": "x", "UPLOAD_DIR": "/proc/x"]
            let program = Program(folder: folder, environment: environment)
            let run = try await program.run([command])
            #expect(run.status == 1)
            #expect(errors(run).map { $0.prefix(15) } == ["scriberr: PORT:", "scriberr: TRANS", "scriberr: UPLOA"])
            let told = lines(run, ["error", "critical"])
            #expect(told.count == 1)
            let problems = try #require(told.first?["problems"] as? String)
            #expect(problems.contains("PORT: got ") && problems.contains("TRANSCRIPTION_WORKERS: got "))
        }
    }

    @Test func `what a person typed is not told in a log`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await Program(folder: folder, environment: ["PORT": "x"]).run(["models", "list"])
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(errors(run).count == 1)
        }
    }

    @Test(arguments: [
        ("DATABASE_PATH", "/tmp"), ("UPLOAD_STAGING_DIR", "/proc/x"), ("TRANSCRIPTS_DIR", "/proc/x"), ("EXPORT_DIR", "/proc/x"),
        ("SCRIBERR_ENGINE_PATH", "/no/such"), ("OPENAI_MODEL_ALIASES", "foo=nosuchmodel"), ("HOST", "no such host"),
    ])
    func `what cannot be used stops the start by its name and in our own words`(name: String, value: String) async throws {
        try await withTemporaryFolder { folder in
            let environment = ["PORT": "0"].merging([name: value]) { $1 }
            let run = try await Program(folder: folder, environment: environment).run(["serve"])
            #expect(run.status == 1)
            #expect(errors(run).count == 1, "\(run.errors)")
            #expect(run.errors.hasPrefix("scriberr: \(name): "), "\(run.errors)")
            for text in [run.errors, run.output] {
                for native in ["SQLite ", "NSCocoa", "NSPOSIX", "errno"] { #expect(!text.contains(native), "\(text)") }
            }
            #expect(lines(run, ["warning", "error", "critical"]).count == 1, "\(run.output)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/data/scriberr.db"))
        }
    }

    @Test func `a damaged database is said to be damaged`() async throws {
        try await withTemporaryFolder { folder in
            let damaged = Data("SQLite format 3\0".utf8) + Data(repeating: 7, count: 8_176)
            try damaged.write(to: URL(fileURLWithPath: folder + "/scriberr.db"))
            let environment = ["PORT": "0", "DATABASE_PATH": folder + "/scriberr.db"]
            let run = try await Program(folder: folder, environment: environment).run(["serve"])
            #expect(run.status == 1)
            #expect(run.errors == "scriberr: DATABASE_PATH: The database is damaged. Stop the server and restore a backup.\n")
        }
    }

    @Test func `a port that is taken is the only thing told`() async throws {
        try await withTemporaryFolder { folder in
            let taken = try TakenPort()
            defer { taken.giveBack() }
            let environment = ["HOST": " 127.0.0.1 ", "PORT": "\(taken.number)"]
            let run = try await Program(folder: folder, environment: environment).run(["serve"])
            #expect(run.status == 1)
            #expect(errors(run).count == 1)
            #expect(run.errors.hasPrefix("scriberr: PORT: \(taken.number) is taken on 127.0.0.1;"))
            #expect(lines(run, ["warning", "error", "critical"]).count == 1)
            #expect(!run.output.contains("Stopping transcription workers"))
        }
    }

    @Test func `a reader of the log that goes away takes no server along`() async throws {
        try await withTemporaryFolder { folder in
            let gone = Pipe()
            try gone.fileHandleForReading.close()
            // It logs that it starts, and then finds that it cannot.
            let program = Program(folder: folder, environment: ["DATABASE_PATH": "/tmp"])
            let child = try program.start(["serve"], output: folder + "/run", standardOutput: gone.fileHandleForWriting)
            await withCheckedContinuation { continuation in
                // A thread of its own: waiting for a process blocks.
                Thread.detachNewThread {
                    child.waitUntilExit()
                    continuation.resume()
                }
            }
            #expect(child.terminationReason == .exit)
            #expect(child.terminationStatus == 1)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `after a stop in order the database's file alone holds everything, for its owner only`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(folder: folder)
            let client = try await APIClient.registered(at: server.start())
            #expect(try await client.send("POST", "profiles", json: ["name": "Meetings"]).status == 201)
            let file = folder + "/data/scriberr.db"
            for name in [file, file + "-wal", file + "-shm"] {
                let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            #expect(await server.stop() == 0)
            #expect(!FileManager.default.fileExists(atPath: file + "-wal"))

            let other = folder + "/other"
            try FileManager.default.createDirectory(atPath: other + "/data", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: file, toPath: other + "/data/scriberr.db")
            let second = ServerProcess(folder: other)
            let again = try await APIClient.signedIn(at: second.start())
            let profiles = try await again.send("GET", "profiles").json["items"] as? [[String: Any]]
            #expect(profiles?.compactMap { $0["name"] as? String }.contains("Meetings") == true)
            #expect(await second.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `what a file from another system says is what the server does`() async throws {
        try await withTemporaryFolder { folder in
            let text = "\u{FEFF}HOST=127.0.0.1\r\nexport DATABASE_PATH=\"elsewhere/my.db\" # mine\r\nPORT='0'\r\n"
            try text.write(toFile: folder + "/.env", atomically: true, encoding: .utf8)
            let server = ServerProcess(folder: folder)
            _ = try await server.start()
            #expect(FileManager.default.fileExists(atPath: folder + "/elsewhere/my.db"))
            #expect(await server.stop() == 0)
        }
    }
}
