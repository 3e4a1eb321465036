import ArgumentParser
import Logging

extension Settings {
    /// The settings for a program that runs by itself, and its logger: mistakes are told in the log too, with the places that cannot be
    /// used, and end the program.
    static func readForService(isServer: Bool) throws -> (settings: Settings, logger: Logger) {
        let (settings, problems) = readWithProblems()
        let logger = Logger(settings: settings)
        guard problems.isEmpty else {
            throw refusal(of: problems + settings.problemsWithPlaces(isServer: isServer, besides: problems), logger)
        }
        return (settings, logger)
    }

    /// The settings for a command that a person typed: mistakes are told on standard error and end the program.
    static func readForCommand() async throws -> Settings {
        do {
            return try await read()
        } catch let error as SettingsError {
            for problem in error.problems { Terminal().say("scriberr: \(problem)") }
            throw ExitCode(1)
        }
    }
}
