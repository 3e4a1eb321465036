import ArgumentParser
import Foundation
import Logging
import ScriberrCore

/// `scriberr serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server: API, queue and workers in one process.",
        discussion: """
            Everything is set by environment variables or a .env file in the current folder, for example:
              PORT=9000 TRANSCRIPTION_WORKERS=2 scriberr serve

            Data is kept below data/ unless told otherwise. Ctrl-C or SIGTERM stops the server in order: running jobs go
            back to the queue and are finished after the next start.
            """
    )

    @Flag(help: "Serve the API only and leave the work to 'scriberr worker'.")
    var noWorkers = false

    func run() async throws {
        EarlyStop.arm()
        let (settings, logger) = try Settings.readForService(isServer: true)
        logger.info("Starting Scriberr", metadata: ["version": "\(Version.current)"])
        settings.log(to: logger)
        try await runProgram(logger) {
            try await ServerProgram.run(settings, hasWorkers: !noWorkers, logger: logger)
        }
    }
}

extension Logger {
    /// The program's logger: JSON lines on standard output.
    init(settings: Settings) {
        let output = LogOutput(.standardOutput)
        let level: Logger.Level? =
            switch settings.logLevel {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            case .silent: nil
            }
        self.init(label: "scriberr") { _ in
            guard let level else { return SwiftLogNoOpLogHandler() }
            return JSONLogHandler(level: level, output: output)
        }
    }
}

extension Settings {
    /// Writes the engine and worker settings to the log. Secrets are not among them.
    func log(to logger: Logger) {
        logger.info(
            "Engine and worker configuration loaded",
            metadata: [
                "engine_cache_dir": "\(engine.cacheFolder)",
                "engine_provider": "\(engine.device.rawValue)",
                "engine_threads": .stringConvertible(engine.threads),
                "engine_max_loaded": .stringConvertible(engine.maxLoaded),
                "engine_auto_download": .stringConvertible(engine.autoDownload),
                "engine_offline_fallback": .stringConvertible(engine.offlineFallback),
                "transcription_workers": .stringConvertible(queue.workers),
                "queue_poll_interval": "\(queue.pollInterval.text)",
                "lease_timeout": "\(queue.leaseTimeout.text)",
                "scheduling": "\(queue.policy.rawValue)",
            ]
        )
    }
}
