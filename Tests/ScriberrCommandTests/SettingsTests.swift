import Foundation
import ScriberrCore
import ScriberrEngines
import ScriberrStore
import ScriberrTestSupport
import Testing

@testable import scriberr

struct SettingsTests {
    private func read(_ environment: [String: String]) async throws -> Settings {
        try await Settings.read(environment: environment, environmentFile: nil)
    }

    @Test func `an empty environment gives the documented defaults`() async throws {
        let settings = try await read([:])
        #expect(settings.host == "0.0.0.0")
        #expect(settings.port == 8080)
        #expect(!settings.isProduction)
        #expect(!settings.secureCookies)
        #expect(settings.database == .sqlite(path: "data/scriberr.db"))
        #expect(settings.storage == .folder(path: "data/uploads"))
        #expect(settings.engine.cacheFolder == "data/models")
        #expect(settings.engine.device == .auto)
        #expect(settings.engine.threads == 0)
        #expect(settings.engine.maxLoaded == 2)
        #expect(settings.engine.autoDownload)
        #expect(settings.engine.offlineFallback)
        #expect(settings.queue.workers == 1)
        #expect(settings.queue.pollInterval == .seconds(2))
        #expect(settings.queue.leaseTimeout == .seconds(600))
    }

    @Test(arguments: [
        ("SPEECH_ENGINE_PROVIDER", "metal"), ("SPEECH_ENGINE_THREADS", "fast"), ("SPEECH_ENGINE_THREADS", "-1"),
        ("SPEECH_ENGINE_MAX_LOADED", "many"), ("SPEECH_ENGINE_MAX_LOADED", "0"), ("SPEECH_ENGINE_AUTO_DOWNLOAD", "sometimes"),
        ("SPEECH_ENGINE_OFFLINE_FALLBACK", "yes"), ("SPEECH_ENGINE_IDLE_TIMEOUT", "0"), ("SPEECH_ENGINE_MEMORY_LIMIT_MB", "-5"),
        ("SPEECH_ENGINE_MIRROR_URL", "ftp://mirror"), ("TRANSCRIPTION_WORKERS", "two"), ("TRANSCRIPTION_WORKERS", "0"),
        ("TRANSCRIPTION_QUEUE_POLL_INTERVAL", "quickly"), ("TRANSCRIPTION_QUEUE_POLL_INTERVAL", "0s"),
        ("TRANSCRIPTION_QUEUE_POLL_INTERVAL", "-1s"), ("TRANSCRIPTION_LEASE_TIMEOUT", "later"),
        ("TRANSCRIPTION_LEASE_TIMEOUT", "1ms"), ("APP_ENV", "prod"),
        ("TRANSCRIPTION_MAX_ATTEMPTS", "0"), ("TRANSCRIPTION_CRASH_LIMIT", "0"), ("TRANSCRIPTION_SCHEDULING", "random"),
        ("TRANSCRIPTION_MAX_PER_USER", "some"),
        ("TRANSCRIPTION_STALL_TIMEOUT", "5"),
        ("TRANSCRIPTION_STALL_TIMEOUT", "59s"), ("PORT", "http"), ("PORT", "70000"),
        ("UPLOAD_LIMIT_MB", "big"), ("TRUSTED_PROXIES", "nginx"), ("TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0"),
        ("DATABASE_URL", "mysql://x"), ("STORAGE_URL", "gopher:x"), ("SHUTDOWN_TIMEOUT", "soon"), ("EVENT_RETENTION", "long"),
        ("IDEMPOTENCY_RETENTION", "long"), ("SPEECH_ENGINE_MODELS_DIR", "/no/such/folder"), ("SPEECH_REMOTES", "Lab!"),
        ("SPEECH_REMOTES", "local"), ("SPEECH_REMOTES", "a,a"), ("SPEECH_REMOTE_TIMEOUT", "soon"),
    ])
    func `a wrong value is refused with its name`(name: String, value: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await read([name: value]) }
        let problems = try #require(error?.problems)
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("\(name): got "))
        #expect(problems[0].contains("wants "))
    }

    @Test func `a bucket needs credentials`() async throws {
        let error = await #expect(throws: SettingsError.self) { try await read(["STORAGE_URL": "s3://meetings"]) }
        let names = error?.problems.compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(names == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    }

    @Test func `a bucket is read with what belongs to it`() async throws {
        let settings = try await read([
            "STORAGE_URL": "s3://meetings/archive", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-west-3", "STORAGE_CACHE_MB": "100", "STORAGE_CACHE_DIR": "copies",
        ])
        guard case .bucket(let bucket) = settings.storage else {
            Issue.record("the storage is \(settings.storage)")
            return
        }
        #expect(bucket.location.region == "eu-west-3")
        #expect(bucket.location.prefix == "archive/")
        #expect(bucket.cacheBytesMax == 100 << 20)
        #expect(bucket.cacheFolder == "copies")
    }

    @Test func `every wrong variable is told at once`() async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await read(["TRANSCRIPTION_WORKERS": "two", "SPEECH_ENGINE_PROVIDER": "metal", "PORT": "x"])
        }
        #expect(error?.problems.count == 3)
    }

    @Test func `there is no remote engine unless one is configured`() async throws {
        #expect(try await read([:]).engine.remotes == [])
        let one = try await read([
            "SPEECH_REMOTE_URL": "https://host/v1", "SPEECH_REMOTE_KEY": "k", "SPEECH_REMOTE_MODELS": "whisper-1, large",
            "SPEECH_REMOTE_TIMEOUT": "90s",
        ])
        let remote = try #require(one.engine.remotes.first)
        #expect(remote.id == "remote" && remote.baseURL == "https://host/v1" && remote.apiKey == "k")
        #expect(remote.models == ["whisper-1", "large"] && remote.timeout == .seconds(90))
        let several = try await read([
            "SPEECH_REMOTES": "lab, cloud", "SPEECH_REMOTE_LAB_URL": "http://lab:9000", "SPEECH_REMOTE_LAB_MODELS": "a",
            "SPEECH_REMOTE_CLOUD_URL": "https://cloud/v1", "SPEECH_REMOTE_CLOUD_MODELS": "b",
            "SPEECH_REMOTE_CLOUD_KEY": "k",
        ])
        #expect(several.engine.remotes.map(\.id) == ["lab", "cloud"])
        #expect(several.engine.remotes.map(\.apiKey) == [nil, "k"])
    }

    @Test(arguments: [
        ["SPEECH_REMOTE_KEY": "hunter2"], ["SPEECH_REMOTE_URL": "https://user:hunter2@host", "SPEECH_REMOTE_MODELS": "a"],
        ["SPEECH_REMOTE_URL": "https://host?key=hunter2", "SPEECH_REMOTE_MODELS": "a"],
        ["SPEECH_REMOTE_URL": "https://host", "SPEECH_REMOTE_KEY": "hunter2"], ["SPEECH_REMOTES": "lab"],
        ["SPEECH_REMOTE_URL": "file:///etc", "SPEECH_REMOTE_MODELS": "a"],
    ])
    func `a remote engine that is half configured stops the start and repeats no secret`(values: [String: String]) async throws {
        let error = await #expect(throws: SettingsError.self) { try await read(values) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.hasPrefix("SPEECH_REMOTE") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `secrets are not repeated in messages`() async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await read(["DATABASE_URL": "mysql://user:hunter2@host/db"])
        }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("1", true), ("t", true), ("T", true), ("TRUE", true), ("true", true), ("True", true),
        ("0", false), ("f", false), ("F", false), ("FALSE", false), ("false", false), ("False", false),
    ])
    func `truth is written in the usual ways`(text: String, value: Bool) async throws {
        #expect(try await read(["SPEECH_ENGINE_AUTO_DOWNLOAD": text]).engine.autoDownload == value)
    }

    @Test func `an empty value counts as not set`() async throws {
        #expect(try await read(["PORT": "", "SPEECH_ENGINE_THREADS": ""]).port == 8080)
    }

    @Test func `the provider is trimmed and in any case`() async throws {
        #expect(try await read(["SPEECH_ENGINE_PROVIDER": " CPU "]).engine.device == .cpu)
    }

    @Test func `production turns secure cookies on unless told otherwise`() async throws {
        #expect(try await read(["APP_ENV": "Production"]).secureCookies)
        #expect(try await !read(["APP_ENV": "production", "SECURE_COOKIES": "false"]).secureCookies)
    }

    @Test func `the environment goes before the file`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/.env"
            try "PORT=9000\nHOST=127.0.0.1\nTRANSCRIPTION_WORKERS=3\n".write(toFile: file, atomically: true, encoding: .utf8)
            let settings = try await Settings.read(environment: ["PORT": "9001"], environmentFile: file)
            #expect(settings.port == 9001)
            #expect(settings.host == "127.0.0.1")
            #expect(settings.queue.workers == 3)
        }
    }

    @Test func `a secret is made once and kept private`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/deep/jwt_secret"
            let first = try TokenSecret.load(given: nil, file: file)
            #expect(first.count == 64)
            #expect(try TokenSecret.load(given: nil, file: file) == first)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let given = String(repeating: "given ", count: 6)
            #expect(try TokenSecret.load(given: given, file: file) == given)
            // A key that HS256 does not take used to end the process.
            #expect(throws: SettingsError.self) { try TokenSecret.load(given: "a short one", file: file) }
        }
    }

    @Test(arguments: ["", "\n", "cut short"])
    func `a secret that was cut short stops the start and is left as it is`(kept: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/jwt_secret"
            try kept.write(toFile: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: SettingsError.self) { try TokenSecret.load(given: nil, file: file) }
            #expect(error?.problems.first?.hasPrefix("JWT_SECRET_FILE: ") == true)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == kept)
        }
    }

    @Test func `a secret that is there and cannot be read stops the start`() async throws {
        try await withTemporaryFolder { folder in
            // Nobody can read a folder as a file, whatever they may.
            let error = #expect(throws: SettingsError.self) { try TokenSecret.load(given: nil, file: folder) }
            #expect(error?.problems.first?.hasPrefix("JWT_SECRET_FILE: the file is there but cannot be read") == true)
        }
    }

    @Test func `a secret that cannot be stored stops the start`() {
        #expect(throws: SettingsError.self) { try TokenSecret.load(given: nil, file: "/proc/nowhere/jwt_secret") }
    }
}
