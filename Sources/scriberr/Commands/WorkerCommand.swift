import ArgumentParser
import Logging
import ScriberrCore

/// `scriberr worker`.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run workers without an API, on a PostgreSQL database that servers share.",
        discussion: """
            Any number of workers may run, each with its own TRANSCRIPTION_WORKERS, engine settings and models:
              DATABASE_URL=postgres://scriberr@db/scriberr UPLOAD_DIR=/shared/uploads scriberr worker

            SIGTERM stops a worker in order: its jobs go back to the queue with what they have, and others go on with them.
            GET /api/v1/admin/workers lists every worker.
            """
    )

    func run() async throws {
        EarlyStop.arm()
        let (settings, logger) = try Settings.readForService(isServer: false)
        logger.info("Starting a Scriberr worker", metadata: ["version": "\(Version.current)"])
        settings.log(to: logger)
        try await runProgram(logger) {
            try await WorkerProgram.run(settings, logger: logger)
        }
    }
}

/// Runs a program and says why it cannot start or ends.
func runProgram(_ logger: Logger, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as SettingsError {
        throw refusal(of: error.problems, logger)
    } catch let error as ScriberrError {
        logger.critical("Scriberr ends", metadata: ["code": "\(error.code.rawValue)", "error": "\(error)"])
        Terminal().say("scriberr: \(error.message)")
        throw ExitCode(1)
    } catch is CancellationError {
        logger.error("The stop took longer than SHUTDOWN_TIMEOUT; what still ran was cut off")
        throw ExitCode(1)
    } catch {
        logger.critical("Scriberr ends", metadata: ["error": "\(error)"])
        Terminal().say("scriberr: a failure that it does not know ended it; the log tells more")
        throw ExitCode(1)
    }
}

/// Says in the log, in one line, and on standard error, in a line for each, what keeps the program from starting.
func refusal(of problems: [String], _ logger: Logger) -> ExitCode {
    logger.error("Cannot start", metadata: ["problems": "\(problems.joined(separator: "; "))"])
    for problem in problems { Terminal().say("scriberr: \(problem)") }
    return ExitCode(1)
}
