import ArgumentParser
import Foundation
import Glibc
import ScriberrCore

/// `scriberr login`.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in to a server, for the commands that use one.",
        discussion: """
            With a username and password, which makes an API key for this machine:
              scriberr login --server https://scriberr.example.org --username anna
              echo "$PASSWORD" | scriberr login --server localhost:8080 --username anna --password-stdin

            Or with a key that you have already:
              echo "$KEY" | scriberr login --server localhost:8080 --key-stdin

            What is needed is kept in $XDG_CONFIG_HOME/scriberr/login.json (usually ~/.config), readable by you only.
            SCRIBERR_SERVER and SCRIBERR_API_KEY go before it, so that scripts need no login.

            \(RemoteExit.help)
            """
    )

    @Option(help: ArgumentHelp("The address of the server.", valueName: "url"))
    var server = "http://localhost:8080"

    @Option(name: .shortAndLong, help: "Your username; asked for when it is missing.")
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    @Flag(help: "Read an API key from standard input instead of signing in with a password.")
    var keyStdin = false

    func run() async throws {
        try await RemoteExit.run {
            var login = Login(server: Login.tidy(server))
            if keyStdin {
                login.key = try Self.secretFromInput("a key")
                // Any read tells whether the key is good.
                _ = try await ServerClient(login).send(.GET, "transcriptions?limit=1")
            } else {
                try await signIn(&login)
            }
            try login.keep()
            Terminal().say("Signed in to \(login.server).")
        }
    }

    private func signIn(_ login: inout Login) async throws {
        let name = try username ?? Self.ask("Username: ")
        let password = try passwordStdin ? Self.secretFromInput("a password") : Self.askSecretly("Password: ")
        let tokens: SessionTokens = try await ServerClient(login)
            .send(.POST, "auth/login", json: ["username": name, "password": password]).json()
        let session = ServerClient(login, bearer: tokens.accessToken)
        let machine = ProcessInfo.processInfo.hostName
        let key: RemoteKey = try await session.send(
            .POST,
            "api-keys",
            json: NewKey(name: "command line on \(machine)", scopes: ["read", "write"])
        ).json()
        (login.key, login.refreshToken) = (key.key, tokens.refreshToken)
    }

    private static func ask(_ question: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ScriberrError(.invalidRequest, "Nobody can be asked here; use --username and --password-stdin.")
        }
        Terminal().prompt(question)
        return readLine() ?? ""
    }

    private static func askSecretly(_ question: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1, let typed = getpass(question) else {
            throw ScriberrError(.invalidRequest, "Nobody can be asked here; use --password-stdin.")
        }
        return String(cString: typed)
    }

    private static func secretFromInput(_ what: String) throws -> String {
        guard let line = readLine(), !line.isEmpty else {
            throw ScriberrError(.invalidRequest, "There was no \(what.dropFirst(2)) on standard input.")
        }
        return line
    }
}

/// `scriberr logout`.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Forget the server and the key; a session that was begun with a password ends."
    )

    func run() async throws {
        try await RemoteExit.run {
            if let login = try Login.kept(), let token = login.refreshToken {
                // A server that is away does not keep anybody signed in here.
                _ = try? await ServerClient(login).send(.POST, "auth/logout", json: ["refresh_token": token])
            }
            Terminal().say(Login.forget() ? "Signed out. The key can be ended with 'scriberr keys'." : "You were not signed in.")
        }
    }
}

struct SessionTokens: Decodable {
    var accessToken: String
    var refreshToken: String
}

struct NewKey: Encodable {
    var name: String
    var scopes: [String]
}
