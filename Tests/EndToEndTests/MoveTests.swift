import Foundation
import ScriberrTestSupport
import Testing

/// The built program brings a real server's data from SQLite to PostgreSQL and back, and recordings into a bucket and back.
@Suite(.serialized, .enabled(if: TestPostgres.address != nil, "tools/run-tests starts PostgreSQL."))
struct MoveTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `a server goes on in PostgreSQL where it was in SQLite, and back again`() async throws {
        try await withMoves { moves in
            var server = moves.server("sqlite:data/scriberr.db")
            let first = try await APIClient.registered(at: server.start())
            let id = try await transcribed(first)
            for number in 0..<20 { _ = try await first.send("PATCH", "transcriptions/\(id)", json: ["title": "Title \(number)"]) }
            let before = try await Memory(of: first, id)

            let refused = try await moves.move("sqlite:data/scriberr.db", moves.url)
            #expect(refused.status == 1 && refused.errors.contains("stop it first"), "\(refused.errors)")
            // What a server that was killed left in its file is no reason to wait.
            server.signal(SIGKILL)
            _ = await server.waitForEnd()
            let moved = try await moves.move("sqlite:data/scriberr.db", moves.url)
            #expect(moved.status == 0 && moved.output.contains("are the same in both databases"), "\(moved.errors)")
            let again = try await moves.move("sqlite:data/scriberr.db", moves.url)
            #expect(again.status == 0 && again.errors.contains("complete already"), "\(again.errors)")

            server = moves.server(moves.url)
            let second = APIClient(base: try await server.start(), token: first.token)
            #expect(try await Memory(of: second, id) == before)
            try await found("stay", by: second, as: id)
            let other = try await transcribed(second)
            let after = try await Memory(of: second, id)
            #expect(after.events == before.events && after.events.count > 20)
            let busy = try await moves.move(moves.url, "sqlite:back.db")
            #expect(busy.status == 1 && busy.errors.contains("uses the database"), "\(busy.errors)")
            #expect(await server.stop() == 0)
            let late = try await moves.move("sqlite:data/scriberr.db", moves.url)
            #expect(late.status == 1 && late.errors.contains("not empty"), "\(late.errors)")

            let back = try await moves.move(moves.url, "sqlite:back.db")
            #expect(back.status == 0, "\(back.errors)")
            server = moves.server("sqlite:back.db")
            let third = APIClient(base: try await server.start(), token: first.token)
            #expect(try await Memory(of: third, id) == after)
            try await found("stay", by: third, as: other)
            _ = try await third.send("PATCH", "transcriptions/\(id)", json: ["title": "The last one"])
            let numbers = try await Memory(of: third, id).events
            #expect(numbers.count == after.events.count + 1 && Set(numbers).count == numbers.count)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a move that is killed keeps servers away and goes on, and a row that differs is found`() async throws {
        try await withMoves { moves in
            let server = moves.server(moves.url)
            _ = try await transcribed(APIClient.registered(at: server.start()))
            #expect(await server.stop() == 0)
            try TestPostgres.psql(
                moves.url,
                "INSERT INTO events (owner, subject, type, payload, at) SELECT 1, 'nobody', 'profile.updated', '{}', n "
                    + "FROM generate_series(1, 60000) AS n"
            )
            try moves.holdMiddle()
            let child = try moves.program.start(
                ["admin", "migrate-database", "--from", moves.url, "--to", "sqlite:new.db"],
                output: moves.folder + "/killed"
            )
            try await moves.waitUntilHeld(child)
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            try #require(child.terminationReason == .uncaughtSignal, "the move was over before it could be killed")
            try moves.letGo()

            for (address, reason) in [("sqlite:new.db", "has not ended"), (moves.url, "is being moved")] {
                let early = moves.server(address)
                let died = await #expect(throws: ServerDied.self) { _ = try await early.start() }
                #expect(died?.output.contains { $0.contains(reason) } == true, "\(died?.output ?? [])")
            }
            let resumed = try await moves.move(moves.url, "sqlite:new.db")
            #expect(resumed.status == 0, "\(resumed.errors)")
            let count = try TestPostgres.psql(moves.url, "SELECT count(*) FROM events")
            #expect(resumed.output.contains("\(count) rows"), "\(resumed.output)")

            #expect(try await moves.move(moves.url, "sqlite:new.db", "--verify").status == 0)
            try TestPostgres.psql(moves.url, "UPDATE transcripts SET text = text || '!'")
            let verified = try await moves.move(moves.url, "sqlite:new.db", "--verify")
            #expect(verified.status == 1 && verified.output.contains("DIFFER transcripts"), "\(verified.output)")
        }
    }

    @Test(.timeLimit(.minutes(15)), .enabled(if: BucketServer.environment != nil, "tools/run-tests starts the bucket's server."))
    func `recordings go into a bucket and back, and a damaged one is told of`() async throws {
        try await withMoves { moves in
            let folder = "file:\(moves.folder)/data/uploads"
            let bucket = BucketServer.environment?["STORAGE_URL"] ?? ""
            let server = moves.server("sqlite:data/scriberr.db")
            let client = try await APIClient.registered(at: server.start())
            let id = try await transcribed(client)
            for number in 0..<11 {
                // The same bytes would be kept once.
                var bytes = try Data(contentsOf: URL(fileURLWithPath: welcome))
                bytes.append(UInt8(number))
                try bytes.write(to: URL(fileURLWithPath: moves.folder + "/other.wav"))
                #expect(try await client.upload(moves.folder + "/other.wav", to: "files").status == 201)
            }
            #expect(await server.stop() == 0)
            let there = try await moves.moveRecordings(folder, bucket)
            #expect(there.status == 0 && there.output.contains("12 recordings moved"), "\(there.errors)\(there.output)")
            let again = try await moves.moveRecordings(folder, bucket)
            #expect(again.output.contains("0 recordings moved, 12 were there"), "\(again.errors)\(again.output)")

            let other = ServerProcess(folder: moves.folder, environment: BucketServer.environment ?? [:])
            let second = APIClient(base: try await other.start(), token: client.token)
            let audio = try await second.send("GET", "transcriptions/\(id)/audio").body
            #expect(try audio == Data(contentsOf: URL(fileURLWithPath: welcome)))
            #expect(await other.stop() == 0)
            let back = try await moves.moveRecordings(bucket, "file:\(moves.folder)/back")
            #expect(back.status == 0 && back.output.contains("12 recordings moved"), "\(back.errors)\(back.output)")
            let one = try #require(try filesBelow(moves.folder + "/back").first { $0.contains("file_") })
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: moves.folder + "/back/" + one))
            let damaged = try await moves.moveRecordings("file:\(moves.folder)/back", "file:\(moves.folder)/third")
            #expect(damaged.status == 1 && damaged.output.contains("damaged  file_"), "\(damaged.errors)\(damaged.output)")
        }
    }

    /// A finished transcription of the sample.
    private func transcribed(_ client: APIClient) async throws -> String {
        let made = try await client.upload(welcome, to: "transcriptions:submit")
        let id = try #require(made.json["id"] as? String, "\(made.text)")
        let events = try await client.untilEnd(of: id)
        #expect(events.last?.type == "transcription.completed")
        return id
    }

    /// Waits until the search, whose index is made anew, finds a transcript.
    private func found(_ word: String, by client: APIClient, as id: String) async throws {
        let isFound = await eventually {
            let items = try? await client.send("GET", "transcriptions?q=\(word)").json["items"] as? [[String: Any]]
            return items?.contains { $0["id"] as? String == id } ?? false
        }
        #expect(isFound, "The search does not find \(word).")
    }
}

/// What a client can see of a job and of everything that happened to it.
private struct Memory: Equatable {
    var transcript: Data
    var job: Data
    var attempts: Data
    var events: [String]

    init(of client: APIClient, _ id: String) async throws {
        transcript = try await client.send("GET", "transcriptions/\(id)/transcript").body
        job = try await client.send("GET", "transcriptions/\(id)").body
        attempts = try await client.send("GET", "transcriptions/\(id)/executions").body
        // The end of the log is known by an event that is made for it.
        let last = try await client.send("POST", "profiles", json: ["name": "The end \(UUID())"]).json["id"] as? String ?? ""
        let log = try await client.events("events", headers: ["Last-Event-ID": "0"]) { $0.json["id"] as? String == last }
        events = log.filter { $0.json["id"] as? String == id }.map { "\($0.id ?? "") \($0.type) \($0.data)" }
    }
}

/// A folder with servers in it, a PostgreSQL database and the program that moves data between them.
private struct Moves {
    let folder: String
    let url: String

    var program: Program { Program(folder: folder, environment: BucketServer.environment ?? [:]) }

    func server(_ address: String) -> ServerProcess { ServerProcess(folder: folder, environment: ["DATABASE_URL": address]) }

    func move(_ from: String, _ to: String, _ more: String...) async throws -> Program.Run {
        try await program.run(["admin", "migrate-database", "--from", from, "--to", to] + more)
    }

    func moveRecordings(_ from: String, _ to: String) async throws -> Program.Run {
        try await program.run(["admin", "migrate-storage", "--from", from, "--to", to])
    }
}

extension Moves {
    /// How often a move out of the database says that it goes on before it is held up: less often than for the events of the test,
    /// more often than for all before them.
    private static let steps = 20

    /// Has the database hold up a move out of it, in its middle.
    fileprivate func holdMiddle() throws {
        try TestPostgres.psql(
            url,
            "CREATE SEQUENCE move_steps",
            """
            CREATE FUNCTION hold_move() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('move_steps') > \(Self.steps) THEN PERFORM pg_sleep(600); END IF;
                RETURN NEW;
            END $$
            """,
            "CREATE TRIGGER hold_move BEFORE UPDATE ON database_moves FOR EACH ROW EXECUTE FUNCTION hold_move()"
        )
    }

    /// Waits until a move is held up, or has ended before that.
    fileprivate func waitUntilHeld(_ mover: Process) async throws {
        let steps = "SELECT last_value > \(Self.steps) FROM move_steps"
        while try TestPostgres.psql(url, steps) == "f", mover.isRunning { await Task.yield() }
    }

    /// Lets moves pass again.
    fileprivate func letGo() throws {
        try TestPostgres.psql(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "DROP TRIGGER hold_move ON database_moves",
            "DROP FUNCTION hold_move",
            "DROP SEQUENCE move_steps"
        )
    }
}

private func withMoves(_ body: (Moves) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let url = try TestPostgres.makeDatabase()
        try await body(Moves(folder: folder, url: url))
        try TestPostgres.drop(TestPostgres.name(url))
    }
}
