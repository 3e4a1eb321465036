import ArgumentParser

/// The command line.
@main
struct Scriberr: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scriberr",
        abstract: "Turns recordings into transcripts on your own machine.",
        discussion: """
            Start the server and open it in a browser or use its API:
              scriberr serve

            Or transcribe files right here, without a server:
              scriberr transcribe interview.m4a --format srt --output interview.srt

            Or send them to a server:
              scriberr login --server https://scriberr.example.org
              scriberr submit interview.m4a --wait

            Settings are environment variables (or lines of a .env file); docs/configuration.md lists them.
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, WorkerCommand.self, TranscribeCommand.self, WatchCommand.self, ModelsCommand.self,
            DoctorCommand.self, AdminCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "With a server",
                subcommands: [
                    LoginCommand.self, LogoutCommand.self, SubmitCommand.self, JobsCommand.self, ExportCommand.self,
                    ProfilesCommand.self, KeysCommand.self,
                ]
            )
        ]
    )
}
