import ArgumentParser
import Foundation
import ScriberrCore

/// What every command takes that speaks to a server.
struct RemoteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server; without it $SCRIBERR_SERVER or the one you signed in to.", valueName: "url"))
    var server: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// The client for this command.
    func client() throws -> ServerClient { ServerClient(try Login.current(server: server)) }
}

/// How commands that speak to a server end.
enum RemoteExit {
    static let failed = ExitCode(1)
    static let notSignedIn = ExitCode(2)
    static let unreachable = ExitCode(3)
    static let notFound = ExitCode(4)

    /// The lines of a command's help that tell of this.
    static let help = """
        Exit status: 0 when all went well, 1 when something failed, 2 when you are not signed in or may not do this, 3 when the \
        server cannot be reached, 4 when there is no such thing, 64 when the command was not understood.
        """

    static func code(for error: ScriberrError) -> ExitCode {
        switch error.code {
        case .unauthorized, .forbidden: notSignedIn
        case .remoteFailed where error.disposition == .transient: unreachable
        case .serviceUnavailable where error.disposition == .transient: unreachable
        case .notFound: notFound
        default: failed
        }
    }

    /// Runs a command; a failure is told on standard error and becomes the exit status.
    static func run(_ terminal: Terminal = Terminal(), _ body: () async throws -> Void) async throws {
        do {
            try await body()
            await ServerClient.close()
        } catch let error as ScriberrError {
            await ServerClient.close()
            terminal.say("scriberr: \(error.message) [\(error.code.rawValue)]")
            throw code(for: error)
        } catch {
            await ServerClient.close()
            throw error
        }
    }
}
