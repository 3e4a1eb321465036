import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrTranscript

/// `scriberr watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Transcribe every recording that comes into a folder.",
        discussion: """
            On the server that you signed in to, or right here with --local:
              scriberr watch ~/inbox --export srt,txt --to ~/transcripts
              scriberr watch /mnt/recorder --local --keep --once
              scriberr watch ~/recordings --recursive --delete-audio

            A recording is taken once nobody writes it and it has not changed for a while (--settle). It moves to done/ or, with
            the reason beside it, to failed/; with --keep it stays. The journal in .scriberr/ sees to it that no recording is
            done twice, also under another name, after a crash or a restart. Remove a line there to have it done again.

            \(RemoteExit.help)
            """
    )

    @Argument(help: ArgumentHelp("The folder.", valueName: "folder"), completion: .directory)
    var folder: String

    @Option(help: ArgumentHelp("Formats to write, separated by commas.", valueName: "formats"))
    var export = "txt"

    @Option(help: "Where transcripts go; without it transcripts/ in the folder.", completion: .directory)
    var to: String?

    @Option(help: ArgumentHelp("The server; without it $SCRIBERR_SERVER or the one you signed in to.", valueName: "url"))
    var server: String?

    @Flag(help: "Transcribe right here, without a server.")
    var local = false

    @Flag(name: .shortAndLong, help: "Watch subfolders too, except hidden ones, links, and folders watched by themselves.")
    var recursive = false

    @Flag(help: "Leave recordings where they are.")
    var keep = false

    @Option(help: "How long a recording must not have changed, such as 5s.")
    var settle = "5s"

    @Flag(help: "End when everything that is there was done; status 1 when something failed.")
    var once = false

    @OptionGroup var choices: JobChoices

    func validate() throws {
        if local, server != nil { throw ValidationError("--local and --server do not go together.") }
        if local, choices.isAboutServer {
            throw ValidationError("--profile, --callback, --delete-audio, --keep-audio and --keep-transcript are for a server.")
        }
        guard Duration(text: settle) != nil else { throw ValidationError("--settle is a duration such as 500ms, 5s or 2m.") }
        do {
            for name in formats { _ = try TranscriptExports.named(name) }
        } catch {
            throw ValidationError("There is no format '\(export)'; use txt, srt, vtt, json and so on, separated by commas.")
        }
        guard TranscriptTarget.isFolder(folder) else { throw ValidationError("There is no folder '\(folder)'.") }
    }

    private var formats: [String] {
        export.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func run() async throws {
        let terminal = Terminal()
        try await RemoteExit.run(terminal) {
            let home = URL(fileURLWithPath: folder).standardizedFileURL.path
            let rules = FolderRules(
                folder: home,
                formats: formats,
                target: to.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? home + "/transcripts",
                isRecursive: recursive,
                keeps: keep,
                settle: Duration(text: settle) ?? .seconds(5),
                width: local ? 1 : 4
            )
            let engines = local ? try EngineRoom(await Settings.readForCommand()) : nil
            let worker: any FolderWorker =
                if let engines {
                    LocalFolderWorker(engines: engines, options: choices.options)
                } else {
                    RemoteFolderWorker(
                        client: ServerClient(try Login.current(server: server)),
                        title: choices.title,
                        request: try choices.request(fileID: "")
                    )
                }
            let failures = try await FolderWatcher(rules: rules, worker: worker) { terminal.say($0) }.run(once: once)
            await engines?.close()
            if failures > 0 { throw RemoteExit.failed }
        }
    }
}
