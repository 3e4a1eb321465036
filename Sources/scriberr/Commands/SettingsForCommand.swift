import ArgumentParser

extension Settings {
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
