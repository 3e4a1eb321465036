import ArgumentParser
import ScriberrCore

/// `scriberr profiles`.
struct ProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Named sets of options on the server.",
        discussion: """
              scriberr profiles create --name Interviews --language de --diarize --default
              scriberr submit talk.m4a --profile default

            \(RemoteExit.help)
            """,
        subcommands: [List.self, Show.self, Create.self, Delete.self],
        defaultSubcommand: List.self
    )

    /// `scriberr profiles list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List profiles.")

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let answer = try await remote.client().send(.GET, "profiles")
                if remote.json { return try Output.json(answer.body) }
                let profiles: RemoteList<RemoteProfile> = try answer.json()
                let rows = profiles.items.map { profile in
                    let options = profile.options
                    return [
                        profile.id, profile.isDefault ? "yes" : "", options.model.isEmpty ? "-" : options.model,
                        options.language ?? "auto", options.diarization ? "yes" : "no", profile.name,
                    ]
                }
                try Output.table([["ID", "DEFAULT", "MODEL", "LANGUAGE", "SPEAKERS", "NAME"]] + rows)
            }
        }
    }

    /// `scriberr profiles show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a profile, as JSON.")

        @Argument(help: "The id of the profile.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                try Output.json(await client.send(.GET, "profiles/\(client.escaped(id))").body)
            }
        }
    }

    /// `scriberr profiles create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a profile.")

        @OptionGroup var remote: RemoteOptions

        @Option(help: "Its name.")
        var name: String

        @Option(name: .shortAndLong, help: "The model.")
        var model: String?

        @Option(name: .shortAndLong, help: "The language that is spoken.")
        var language: String?

        @Flag(help: "Tell speakers apart.")
        var diarize = false

        @Flag(name: .customLong("default"), help: "Use it for jobs that name no profile.")
        var isDefault = false

        func run() async throws {
            struct Body: Encodable {
                var name: String
                var isDefault: Bool
                var options: NewJobRequest.Options
                enum CodingKeys: String, CodingKey {
                    case name, options
                    case isDefault = "is_default"
                }
            }
            try await RemoteExit.run {
                let options = NewJobRequest.Options(model: model, language: language, diarization: diarize ? true : nil)
                let body = Body(name: name, isDefault: isDefault, options: options)
                let answer = try await remote.client().send(.POST, "profiles", json: body)
                if remote.json { return try Output.json(answer.body) }
                try Output.line((answer.json() as RemoteProfile).id)
            }
        }
    }

    /// `scriberr profiles delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "delete", abstract: "Remove a profile.")

        @Argument(help: "The id of the profile.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                _ = try await client.send(.DELETE, "profiles/\(client.escaped(id))")
            }
        }
    }
}
