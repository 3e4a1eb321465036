import Dispatch
import Foundation
import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct `The write-ahead log` {
    @Test func `is copied back by itself once the writer rests`() async throws {
        try await withTemporaryFolder { folder in
            var settings = SQLiteSettings()
            settings.checkpointDelay = .milliseconds(1)
            let database = try SQLiteDatabase(path: folder + "/a.db", settings: settings, migrations: blobs)
            try await fill(database, megabytes: 2)
            // The file itself grows only by a checkpoint.
            while try fileSize(folder + "/a.db") < 2_000_000 { try await Task.sleep(for: .milliseconds(5)) }
            await database.close()
        }
    }

    @Test func `is gone after the database was closed, and the file alone holds everything`() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/a.db", migrations: blobs)
            try await fill(database, megabytes: 2)
            // Readers of both kinds: theirs must not be the connections that are closed last.
            #expect(try await database.read(count) == 2)
            #expect(try database.readAtOnce(count) == 2)
            await database.close()
            #expect(!FileManager.default.fileExists(atPath: folder + "/a.db-wal"))
            try FileManager.default.createDirectory(atPath: folder + "/copy", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: folder + "/a.db", toPath: folder + "/copy/a.db")
            let copy = try SQLiteDatabase(path: folder + "/copy/a.db", migrations: blobs)
            #expect(try await copy.read(count) == 2)
            await copy.close()
        }
    }

    @Test func `belongs to its owner alone, as the file does, unless the owner made it otherwise`() async throws {
        try await withTemporaryFolder { folder in
            let (own, open) = (folder + "/own.db", folder + "/open.db")
            #expect(FileManager.default.createFile(atPath: open, contents: nil, attributes: [.posixPermissions: 0o640]))
            for (path, mode) in [(own, 0o600), (open, 0o640)] {
                let database = try SQLiteDatabase(path: path, migrations: blobs)
                try await fill(database, megabytes: 1)
                for name in [path, path + "-wal", path + "-shm"] {
                    let found = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
                    #expect(found == mode, "\(name)")
                }
                await database.close()
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `warns when a reader keeps it large`() async throws {
        try await withTemporaryFolder { folder in
            let (warnings, warn) = AsyncStream.makeStream(of: StorageWarning.self)
            var settings = SQLiteSettings()
            settings.checkpointDelay = .milliseconds(1)
            settings.journalWarningBytes = 1_000_000
            let database = try SQLiteDatabase(path: folder + "/a.db", settings: settings, migrations: blobs) {
                warn.yield($0)
            }
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let gate = DispatchSemaphore(value: 0)
            async let reader: Void = database.read { connection in
                _ = try connection.query("SELECT count(*) AS all_of_them FROM blobs", [])
                start.yield()
                gate.wait()
            }
            for await _ in started { break }
            try await fill(database, megabytes: 3)
            for await warning in warnings {
                guard case .journalHeld(let bytes, let age) = warning else { continue }
                #expect(bytes >= 1_000_000)
                #expect(age != nil)
                break
            }
            gate.signal()
            try await reader
            await database.close()
        }
    }
}

private let blobs = [Migration(id: 1, name: "blobs") { _ in ["CREATE TABLE blobs (bytes)"] }]

private func fill(_ database: SQLiteDatabase, megabytes: Int) async throws {
    for _ in 0..<megabytes {
        try await database.write { connection in
            _ = try connection.execute("INSERT INTO blobs (bytes) VALUES ($1)", [.blob(Array(repeating: 7, count: 1_000_000))])
        }
    }
}

@Sendable private func count(_ connection: any SQLConnection) throws -> Int64 {
    try connection.query("SELECT count(*) AS all_of_them FROM blobs", []).map { try $0.integer("all_of_them") }.first ?? 0
}

private func fileSize(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
}
