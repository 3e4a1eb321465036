import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrTranscript

/// `scriberr export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the transcript of a job on the server.",
        discussion: """
              scriberr export tr_0193… --format srt --export-option preset=netflix --output talk.srt
              scriberr export tr_0193… | less

            \(RemoteExit.help)
            """
    )

    @Argument(help: "The id of the job.", transform: given)
    var id: String

    @OptionGroup var remote: RemoteOptions

    @Option(name: .shortAndLong, help: "txt, json, srt, vtt and more; without it what --output ends in, or txt.")
    var format: String?

    @Option(name: .shortAndLong, help: "Where to write: a file, or a folder (it must exist or end in '/').", completion: .file())
    var output: String?

    @Option(help: ArgumentHelp("An option of the format, such as preset=netflix or speakers=true.", valueName: "name=value"))
    var exportOption: [String] = []

    func validate() throws {
        try TranscriptTarget.validate(format: format, output: output, isJSON: remote.json)
        for option in exportOption where !option.contains("=") {
            throw ValidationError("An --export-option is written name=value, for example preset=netflix.")
        }
    }

    func run() async throws {
        try await RemoteExit.run {
            let client = try remote.client()
            let job = try await client.job(id)
            guard job.status == "completed" else {
                throw ScriberrError(.conflict, "The job is \(job.status); there is no transcript of it yet.")
            }
            let target = TranscriptTarget(format: remote.json ? "json" : format, output: output, options: exportOption)
            // A title is what a person wrote; as the name of a file it must not lead elsewhere.
            let name = FileName.clean(job.title, charactersMax: 120, bytesMax: 200) ?? "transcript"
            try await target.write(id, called: name, client)
        }
    }
}
