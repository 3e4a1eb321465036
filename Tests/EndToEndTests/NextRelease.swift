import Foundation
import Logging
import ScriberrStore
import Testing

@testable import scriberr

/// The next release of the program: this one, whose tables have gone one step further. It runs in a process of its own, which is
/// the test program with one test to run.
@Suite struct NextRelease {
    private static let role = ProcessInfo.processInfo.environment["SCRIBERR_NEXT_RELEASE"]

    /// How it is started; `SCRIBERR_NEXT_RELEASE` says as what.
    static var program: [String] {
        [
            URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path, "--testing-library", "swift-testing",
            "--filter", "process of the next release|process_of_the_next_release",
        ]
    }

    /// What a release does to tables that are in use: columns, an index, a table.
    private static let step = Migration(id: 9_000, name: "the next release") { _ in
        [
            "CREATE TABLE next_release (id BIGINT PRIMARY KEY, note TEXT NOT NULL)",
            "ALTER TABLE transcriptions ADD COLUMN next_release BIGINT NOT NULL DEFAULT 0",
            "CREATE INDEX transcriptions_next_release ON transcriptions (next_release)",
            "ALTER TABLE files ADD COLUMN next_release TEXT",
            "ALTER TABLE events ADD COLUMN next_release BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE users ADD COLUMN next_release BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE instances ADD COLUMN next_release BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE nodes ADD COLUMN next_release BIGINT NOT NULL DEFAULT 0",
        ]
    }

    @Test(.enabled(if: role != nil, "Runs only in processes that another test starts."))
    func `a process of the next release`() async throws {
        let settings = try await Settings.read(environment: ProcessInfo.processInfo.environment)
        let logger = Logger(settings: settings)
        let migrations = allMigrations + [Self.step]
        switch Self.role {
        case "worker": try await WorkerProgram.run(settings, migrations: migrations, logger: logger)
        default: try await ServerProgram.run(settings, hasWorkers: false, migrations: migrations, logger: logger)
        }
    }
}
