public import ArgumentParser
import Foundation
public import ScriberrCore
import ScriberrEngines
import ScriberrMedia
import ScriberrServices
import ScriberrTranscript

/// `scriberr transcribe`.
struct TranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Transcribe recordings right here, without a server.",
        discussion: """
            Prints the transcript, or writes it to a file or folder:
              scriberr transcribe interview.m4a
              scriberr transcribe interview.m4a --format srt --output interview.srt
              scriberr transcribe *.mp3 --format json --output transcripts/

            Exit status: 0 when every file was transcribed, 1 when one was not, 64 when the command was not understood.
            """
    )

    @Argument(help: ArgumentHelp("Recordings: any audio or video file that ffmpeg reads.", valueName: "file"))
    var files: [String]

    @Option(name: .shortAndLong, help: "The model; 'scriberr models list' shows them. Without it the best that is at hand.")
    var model: String?

    @Option(name: .shortAndLong, help: "The language that is spoken, such as en or de. Without it the model finds out.")
    var language: String?

    @Option(help: "transcribe, or translate to write English.")
    var task: SpeechTask = .transcribe

    @Option(name: .shortAndLong, help: "txt, json, srt, vtt and more; without it what --output ends in, or txt.")
    var format: String?

    @Option(name: .shortAndLong, help: "Where to write: a file, or a folder (it must exist or end in '/').")
    var output: String?

    @Flag(help: "Tell speakers apart.")
    var diarize = false

    @Option(help: "How many people speak, when you know.")
    var speakers: Int?

    @Option(help: ArgumentHelp("An option of the format, such as preset=netflix or speakers=true.", valueName: "name=value"))
    var exportOption: [String] = []

    @Flag(name: .shortAndLong, help: "Say nothing but the transcript.")
    var quiet = false

    func validate() throws {
        do {
            _ = try export
            _ = try exportOptions(title: "")
        } catch {
            throw ValidationError(error.message)
        }
        if files.count > 1, let output, !TranscriptTarget.isFolder(output) {
            throw ValidationError("With several recordings, --output must be a folder.")
        }
        if let output, let problem = TranscriptTarget.problem(withWritingTo: output) { throw ValidationError(problem) }
    }

    /// The format that was asked for, by name or by the ending of the file to write.
    private var export: any TranscriptExport {
        get throws(ScriberrError) {
            if let format { return try TranscriptExports.named(format) }
            let ending = ((output ?? "") as NSString).pathExtension
            // An ending that means nothing to us is no request.
            if let export = try? TranscriptExports.named(ending) { return export }
            return try TranscriptExports.named("txt")
        }
    }

    func run() async throws {
        let settings = try await Settings.readForCommand()
        let terminal = Terminal()
        let engines = try EngineRoom(settings)
        var failures = 0
        let names = OutputNames(files)
        for (place, file) in files.enumerated() {
            do {
                let result = try await transcribe(file, engines, terminal)
                terminal.clear()
                try write(result.transcript, of: file, called: names[place])
                if !quiet { for warning in result.warnings { terminal.say("\(name(of: file)): note: \(warning.message)") } }
            } catch let error as ScriberrError {
                failures += 1
                terminal.say("\(name(of: file)): \(error.message) [\(error.code.rawValue)]")
            }
        }
        await engines.close()
        if failures > 0 { throw ExitCode(1) }
    }

    private func transcribe(_ file: String, _ engines: EngineRoom, _ terminal: Terminal) async throws -> SpeechRun.Result {
        guard FileManager.default.isReadableFile(atPath: file), !TranscriptTarget.isFolder(file) else {
            throw ScriberrError(.mediaMissing, "There is no such recording, or it may not be read.")
        }
        if !quiet { terminal.status("\(name(of: file)): looking at the recording") }
        // The engine process works in another folder.
        let path = URL(fileURLWithPath: file).standardizedFileURL.path
        let media = try await engines.media.probe(path)
        var options = TranscriptionOptions(model: model, language: language == "auto" ? nil : language, task: task)
        options.diarization = diarize || speakers != nil
        options.speakers = speakers
        try await engines.registry.validate(options)
        let run = SpeechRun(audioPath: path, options: options, audioSeconds: media.durationSeconds, engines: engines.registry)
        return try await run.run(TerminalSink(name: name(of: file), terminal: quiet ? nil : terminal))
    }

    private func write(_ transcript: Transcript, of file: String, called outputName: String) throws {
        let export = try export
        let title = (name(of: file) as NSString).deletingPathExtension
        let bytes = Data(export.render(transcript, try exportOptions(title: title)))
        guard let output else { return try Output.write(bytes) }
        try TranscriptTarget.write(bytes, to: output, called: "\(outputName).\(export.format.fileExtension)")
    }

    private func exportOptions(title: String) throws(ScriberrError) -> ExportOptions {
        var parameters: [String: String] = [:]
        for option in exportOption {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ScriberrError(.validation, "An --export-option is written name=value, for example preset=netflix.")
            }
            parameters[parts[0]] = parts[1]
        }
        return try ExportOptions(parameters: parameters, title: title)
    }

    private func name(of file: String) -> String { (file as NSString).lastPathComponent }
}

extension SpeechTask: ExpressibleByArgument {}

/// Shows a person how far a run is. Keeps nothing: a command that is stopped starts again from the beginning.
private struct TerminalSink: RunSink {
    let name: String
    let terminal: Terminal?

    func chose(provider: String, model: String) async throws {}

    func reached(_ stage: JobStage, _ progress: Double) async throws {
        let doing = stage.rawValue.replacingOccurrences(of: "_", with: " ")
        terminal?.status("\(name): \(Terminal.bar(progress)) \(doing)")
    }

    func finishedPieces(fingerprint: String) async throws -> [SpeechPiece] { [] }

    func finished(_ piece: SpeechPiece, fingerprint: String) async throws {}
}
