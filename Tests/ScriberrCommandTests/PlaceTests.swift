import Foundation
import Glibc
import Logging
import ScriberrEngines
import ScriberrTestSupport
import Testing

@testable import scriberr

@Suite struct PlaceTests {
    private func read(_ environment: [String: String]) async throws -> Settings {
        try await Settings.read(environment: environment, environmentFile: nil)
    }

    @Test(arguments: [
        ("STORAGE_CACHE_MB", "x"), ("STORAGE_CACHE_MB", "0"), ("STORAGE_CACHE_DIR", "/dev/null"),
        ("AWS_ENDPOINT_URL", "nonsense"), ("AWS_ENDPOINT_URL_S3", "http://x/path"), ("AWS_REGION", "eu west"),
        ("AWS_DEFAULT_REGION", "?"), ("SCRIBERR_WEB_DIR", "/no/such"), ("SCRIBERR_WEB_DIR", "/dev/null"),
        ("YT_DLP_PATH", "/tmp"), ("YT_DLP_PATH", "/etc/passwd"), ("SCRIBERR_ENGINE_PATH", "/no/such"),
        ("SCRIBERR_ENGINE_PATH", "/tmp"), ("SCRIBERR_ENGINE_PATH", "/etc/passwd"), ("SPEECH_ENGINE_CACHE_DIR", "/dev/null"),
        ("SPEECH_ENGINE_CACHE_DIR", "/dev/null/models"), ("WATCH_DIRS", "/dev/null"), ("SCRIBERR_NATIVE_DIR", "/dev/null"),
        ("SCRIBERR_NATIVE_DIR", "/no/such"),
        ("ALLOWED_ORIGINS", "not an origin"), ("ALLOWED_ORIGINS", "https://a.example,*"), ("ALLOWED_ORIGINS", "https://a/b"),
        ("ALLOWED_ORIGINS", "example.org"), ("JWT_SECRET", "x"), ("JWT_SECRET_PREVIOUS", "x"),
    ])
    func `a value that cannot be used is refused with its name, whatever else is set`(name: String, value: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await read([name: value]) }
        let problems = try #require(error?.problems)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems[0].hasPrefix("\(name): got ") && problems[0].contains("wants "), "\(problems)")
    }

    @Test func `what may come later does not stop the start`() async throws {
        try await withTemporaryFolder { folder in
            let settings = try await read([
                "YT_DLP_PATH": folder + "/yt-dlp", "SPEECH_ENGINE_CACHE_DIR": folder + "/models", "WATCH_DIRS": folder + "/inbox",
                "STORAGE_CACHE_DIR": folder + "/cache",
            ])
            #expect(settings.imports.siteProgram == folder + "/yt-dlp")
        }
    }

    @Test func `origins and addresses are taken as they are meant`() async throws {
        let settings = try await read([
            "ALLOWED_ORIGINS": " https://A.example , http://[::1]:5173,, app://localhost", "HOST": " 127.0.0.1 ",
        ])
        #expect(settings.allowedOrigins == ["https://a.example", "http://[::1]:5173", "app://localhost"])
        #expect(settings.host == "127.0.0.1")
        #expect(try await read(["HOST": "  "]).host == "0.0.0.0")
    }

    /// Settings whose places all lie in a folder.
    private func settings(in folder: String, _ changes: [String: String] = [:]) async throws -> Settings {
        let usual = [
            "DATABASE_PATH": "\(folder)/deep/db/scriberr.db", "UPLOAD_DIR": "\(folder)/uploads",
            "UPLOAD_STAGING_DIR": "\(folder)/staging", "TRANSCRIPTS_DIR": "\(folder)/transcripts",
            "SPEECH_ENGINE_CACHE_DIR": "\(folder)/models", "EXPORT_DIR": "\(folder)/exports",
        ]
        return try await read(usual.merging(changes) { $1 })
    }

    @Test func `folders are made before anything is begun, and nothing stays in them`() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await settings(in: folder).problemsWithPlaces(isServer: true) == [])
            for name in ["deep/db", "uploads", "staging", "transcripts", "models", "exports"] {
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)") == [], "\(name)")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/staging")[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test(arguments: [
        ("DATABASE_PATH", "/tmp"), ("DATABASE_PATH", "/proc/x/scriberr.db"), ("DATABASE_PATH", "/etc/passwd"),
        ("DATABASE_URL", "sqlite:/tmp"), ("UPLOAD_DIR", "/proc/x"), ("UPLOAD_STAGING_DIR", "/proc/x"),
        ("TRANSCRIPTS_DIR", "/proc/x"), ("EXPORT_DIR", "/proc/x"), ("EXPORT_DIR", "/proc/self"), ("TRANSCRIPTS_DIR", "/dev/null"),
        ("SPEECH_ENGINE_CACHE_DIR", "/proc/x"),
    ])
    func `a place that cannot be used is named in our own words`(name: String, path: String) async throws {
        try await withTemporaryFolder { folder in
            let problems = try await settings(in: folder, [name: path]).problemsWithPlaces(isServer: true)
            #expect(problems.count == 1, "\(problems)")
            #expect(problems.first?.hasPrefix("\(name): got \"") == true, "\(problems)")
            #expect(problems.first?.contains("wants ") == true, "\(problems)")
        }
    }

    @Test func `what lies in a folder and cannot be used is told of`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/uploads", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: folder + "/uploads/.incoming"))
            let problems = try await settings(in: folder).problemsWithPlaces(isServer: true)
            #expect(
                problems.count == 1 && problems[0].hasPrefix("UPLOAD_DIR: ") && problems[0].contains(".incoming"),
                "\(problems)"
            )
        }
    }

    @Test(.enabled(if: geteuid() != 0, "Root may write everywhere."))
    func `a database in a folder that cannot be written is told of`() async throws {
        try await withTemporaryFolder { folder in
            let home = folder + "/home"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            try Data("SQLite format 3\0".utf8).write(to: URL(fileURLWithPath: home + "/scriberr.db"))
            #expect(chmod(home, 0o555) == 0)
            defer { chmod(home, 0o755) }
            let problems = try await settings(in: folder, ["DATABASE_PATH": home + "/scriberr.db"]).problemsWithPlaces(
                isServer: true
            )
            #expect(problems.count == 1 && problems[0].contains("a folder that can be written"), "\(problems)")
        }
    }

    @Test func `a path that SQLite does not take is told of`() async throws {
        try await withTemporaryFolder { folder in
            let deep = folder + String(repeating: "/" + String(repeating: "a", count: 99), count: 5) + "/scriberr.db"
            let problems = try await settings(in: folder, ["DATABASE_PATH": deep]).problemsWithPlaces(isServer: true)
            #expect(problems.count == 1 && problems[0].contains("wants a path of at most 504 bytes"), "\(problems)")
        }
    }

    @Test func `places are told of beside wrong values, but not those that nobody named`() async throws {
        let (settings, problems) = Settings.readWithProblems(
            environment: ["DATABASE_URL": "mysql://x", "UPLOAD_DIR": "/proc/x", "TRANSCRIPTS_DIR": "/proc/y", "PORT": "x"],
            environmentFile: nil
        )
        let places = settings.problemsWithPlaces(isServer: true, besides: problems)
        #expect(places.map { $0.prefix { $0 != ":" } } == ["UPLOAD_DIR", "TRANSCRIPTS_DIR"], "\(places)")
    }

    @Test func `one database has one lock, whatever links lead to it`() async throws {
        try await withTemporaryFolder { folder in
            let manager = FileManager.default
            try manager.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
            try manager.createSymbolicLink(atPath: folder + "/link.db", withDestinationPath: "data/scriberr.db")
            try manager.createSymbolicLink(atPath: folder + "/other", withDestinationPath: folder + "/data")
            // The file comes after the lock.
            for path in ["data/scriberr.db", "link.db"] {
                let lock = try DatabaseLock(forDatabaseAt: folder + "/" + path)
                for other in ["data/scriberr.db", "link.db", "other/scriberr.db"] {
                    #expect(throws: SettingsError.self) { try DatabaseLock(forDatabaseAt: folder + "/" + other) }
                }
                withExtendedLifetime(lock) {}
            }
        }
    }

    @Test func `a worker needs only the places that it works with`() async throws {
        try await withTemporaryFolder { folder in
            let settings = try await settings(in: folder, ["TRANSCRIPTS_DIR": "/proc/x", "UPLOAD_DIR": "/proc/y"])
            #expect(settings.problemsWithPlaces(isServer: false).map { $0.prefix(10) } == ["UPLOAD_DIR"])
        }
    }

    @Test func `another name stands for a model that there is`() async throws {
        let guests = try await read(["OPENAI_MODEL_ALIASES": "a=tiny,b=default,c=nosuchmodel"]).guests
        let card = ModelCard(
            id: "tiny",
            name: "Tiny",
            provider: "local",
            installed: false,
            capabilities: ["transcription"],
            family: "whisper"
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let error = #expect(throws: SettingsError.self) { try guests.checkAliases([card], isShared: false, logger: logger) }
        #expect(error?.problems.first?.hasPrefix("OPENAI_MODEL_ALIASES: there is no model nosuchmodel;") == true)
        // Workers on other machines may have it.
        try guests.checkAliases([card], isShared: true, logger: logger)
        try await read(["OPENAI_MODEL_ALIASES": "a=tiny,b=default"]).guests.checkAliases([card], isShared: false, logger: logger)
    }
}
