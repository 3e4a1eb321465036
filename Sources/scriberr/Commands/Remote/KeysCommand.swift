import ArgumentParser
import Foundation
import ScriberrCore

/// `scriberr keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "API keys of your account.",
        discussion: """
              scriberr keys create --name "backup script" --scope read
              scriberr keys revoke key_7

            Keys are no credentials for this: sign in with a username and password first, and without SCRIBERR_API_KEY.

            \(RemoteExit.help)
            """,
        subcommands: [List.self, Create.self, Revoke.self],
        defaultSubcommand: List.self
    )

    /// `scriberr keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys, newest first.")

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let answer = try await remote.session().send(.GET, "api-keys")
                if remote.json { return try Output.json(answer.body) }
                let keys: RemoteList<RemoteKey> = try answer.json()
                let rows = keys.items.map { key in
                    [key.id, key.keyPreview, key.scopes.joined(separator: ","), key.lastUsedAt ?? "never", key.name]
                }
                try Output.table([["ID", "KEY", "MAY", "LAST USED", "NAME"]] + rows)
            }
        }
    }

    /// `scriberr keys create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a key and print it this once.")

        @OptionGroup var remote: RemoteOptions

        @Option(help: "What it is for.")
        var name: String

        @Option(name: .customLong("scope"), help: "read, write or admin; may be given several times.")
        var scopes: [String] = []

        func run() async throws {
            try await RemoteExit.run {
                let body = NewKey(name: name, scopes: scopes.isEmpty ? ["read", "write"] : scopes)
                let answer = try await remote.session().send(.POST, "api-keys", json: body)
                let key: RemoteKey = try answer.json()
                let loss = "The key \(key.id) was made and is never shown again; end it with 'scriberr keys revoke \(key.id)'."
                try Output.tell(loss) {
                    if remote.json { try Output.json(answer.body) } else { try Output.line(key.key ?? "") }
                }
            }
        }
    }

    /// `scriberr keys revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "revoke", abstract: "End a key at once.")

        @Argument(help: "The id of the key.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let session = try await remote.session()
                _ = try await session.send(.DELETE, "api-keys/\(session.escaped(id))")
            }
        }
    }
}

extension RemoteOptions {
    /// A client with the rights of a person's login. The session's token works once, so the new one is kept at once.
    func session(environment: [String: String] = ProcessInfo.processInfo.environment) async throws -> ServerClient {
        // It may be the key of another account than the login that was kept.
        guard (environment["SCRIBERR_API_KEY"] ?? "").isEmpty else {
            throw ScriberrError(.forbidden, "SCRIBERR_API_KEY is set, and a key may not do this. Unset it to use your login.")
        }
        var login = try Login.current(server: server)
        guard let token = login.refreshToken else {
            throw ScriberrError(
                .unauthorized,
                "This needs your password, not a key. Use 'scriberr login --server \(login.server) --username NAME'."
            )
        }
        let tokens: SessionTokens = try await ServerClient(Login(server: login.server))
            .send(.POST, "auth/refresh", json: ["refresh_token": token]).json()
        login.refreshToken = tokens.refreshToken
        try login.keep()
        return ServerClient(login, bearer: tokens.accessToken)
    }
}
