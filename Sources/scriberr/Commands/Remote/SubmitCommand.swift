import ArgumentParser
import Foundation
import ScriberrCore

/// `scriberr submit`.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Send recordings to the server and have them transcribed there.",
        discussion: """
            Prints the id of each job, or with --wait the transcript:
              scriberr submit interview.m4a
              scriberr submit interview.m4a --wait --format srt --output interview.srt
              scriberr submit *.mp3 --wait --format txt --output transcripts/ --language de --diarize

            Files travel in pieces; one that broke off goes on where it was when the command is given again.

            \(RemoteExit.help)
            """
    )

    @Argument(help: ArgumentHelp("Recordings.", valueName: "file"), completion: .file(), transform: given)
    var files: [String]

    @OptionGroup var remote: RemoteOptions
    @OptionGroup var choices: JobChoices

    @Flag(name: .shortAndLong, help: "Wait until the work is done and print the transcript.")
    var wait = false

    @Option(name: .shortAndLong, help: "With --wait: txt, json, srt, vtt and more; without it what --output ends in, or txt.")
    var format: String?

    @Option(
        name: .shortAndLong,
        help: "With --wait: where to write, a file or a folder (it must exist or end in '/').",
        completion: .file()
    )
    var output: String?

    @Flag(name: .shortAndLong, help: "Say nothing but results.")
    var quiet = false

    func validate() throws {
        if output != nil || format != nil, !wait { throw ValidationError("--format and --output go with --wait.") }
        if files.count > 1, let output, !TranscriptTarget.isFolder(output) {
            throw ValidationError("With several recordings, --output must be a folder.")
        }
        try TranscriptTarget.validate(format: format, output: output, isJSON: remote.json)
    }

    func run() async throws {
        let terminal = Terminal()
        try await RemoteExit.run(terminal) {
            let client = try remote.client()
            var worst: ScriberrError?
            let names = OutputNames(files)
            for (place, file) in files.enumerated() {
                do {
                    try await submit(file, called: names[place], client, quiet ? nil : terminal)
                } catch let error as ScriberrError {
                    terminal.say("\(name(of: file)): \(error.message) [\(error.code.rawValue)]")
                    worst = error
                    // Without a server or a key the next file fares no better.
                    if RemoteExit.code(for: error) != RemoteExit.failed { break }
                }
            }
            if let worst { throw RemoteExit.code(for: worst) }
        }
    }

    private func submit(_ file: String, called outputName: String, _ client: ServerClient, _ terminal: Terminal?) async throws {
        let name = name(of: file)
        let upload = ResumableUpload(client: client, path: file, title: choices.title) { sent, length in
            terminal?.status("\(name): \(Terminal.bar(Double(sent) / Double(max(1, length)))) sending")
        }
        let fileID = try await upload.run()
        let answer = try await client.send(
            .POST,
            "transcriptions",
            json: try choices.request(fileID: fileID),
            headers: [("Idempotency-Key", UUID().uuidString)]
        )
        let job: RemoteJob = try answer.json()
        guard wait else {
            terminal?.clear()
            return try Output.tell("The job \(job.id) was made.") {
                if remote.json { try Output.json(answer.body) } else { try Output.line(job.id) }
            }
        }
        let ended = try await JobFollower(client: client, id: job.id) { stage, progress in
            let doing = stage.replacingOccurrences(of: "_", with: " ")
            terminal?.status("\(name): \(Terminal.bar(progress)) \(doing)")
        }.run()
        terminal?.clear()
        for warning in ended.warnings ?? [] { terminal?.say("\(name): note: \(warning.message)") }
        guard ended.status == "completed" else { throw ended.failure }
        try await TranscriptTarget(format: remote.json ? "json" : format, output: output).write(
            job.id,
            called: outputName,
            client
        )
    }

    private func name(of file: String) -> String { (file as NSString).lastPathComponent }
}

/// What a new job can be told.
struct JobChoices: ParsableArguments {
    @Option(help: "A title; without it the name of the file.")
    var title: String?

    @Option(help: "A profile: its id, or 'default'.")
    var profile: String?

    @Option(name: .shortAndLong, help: "The model.")
    var model: String?

    @Option(name: .shortAndLong, help: "The language that is spoken, such as en or de; 'auto' finds out.")
    var language: String?

    @Option(help: "transcribe, or translate to write English.")
    var task: SpeechTask?

    @Flag(help: "Tell speakers apart.")
    var diarize = false

    @Option(help: "How many people speak, when you know.")
    var speakers: Int?

    @Option(help: ArgumentHelp("An address that hears of the end of the job.", valueName: "url"))
    var callback: String?

    @OptionGroup var keeping: KeepingChoices

    /// Whether something was given that only a server can honour.
    var isAboutServer: Bool { profile != nil || callback != nil || keeping.rules != nil }

    /// For a run without a server.
    var options: TranscriptionOptions {
        var options = TranscriptionOptions(
            model: model,
            language: language == "auto" ? nil : language,
            task: task ?? .transcribe
        )
        options.diarization = diarize || speakers != nil
        options.speakers = speakers
        return options
    }

    func request(fileID: String) throws -> NewJobRequest {
        NewJobRequest(
            fileID: fileID,
            title: title,
            profileID: profile,
            options: .init(
                model: model,
                language: language,
                task: task?.rawValue,
                diarization: diarize || speakers != nil ? true : nil,
                speakers: speakers
            ),
            callbackURL: callback,
            retention: keeping.rules
        )
    }
}

/// For how long the server keeps a job and its recording.
struct KeepingChoices: ParsableArguments {
    @Flag(help: "Delete the recording as soon as its transcript is there.")
    var deleteAudio = false

    @Option(help: ArgumentHelp("Delete the recording so many days after it came.", valueName: "days"))
    var keepAudio: Int?

    @Option(help: ArgumentHelp("Delete the job and its transcript so many days after its end.", valueName: "days"))
    var keepTranscript: Int?

    func validate() throws {
        for days in [keepAudio, keepTranscript] {
            guard let days, !(0...36_500).contains(days) else { continue }
            throw ValidationError("--keep-audio and --keep-transcript are whole numbers of days from 0 to 36500.")
        }
    }

    /// Nil when the rules of the account count.
    var rules: NewJobRequest.Retention? {
        guard deleteAudio || keepAudio != nil || keepTranscript != nil else { return nil }
        return .init(audioDays: keepAudio, transcriptDays: keepTranscript, deleteAudio: deleteAudio)
    }
}

/// The body of a request for a job; what is nil is left out.
struct NewJobRequest: Encodable {
    var fileID: String
    var title: String?
    var profileID: String?
    var options: Options
    var callbackURL: String?
    var joinsRunning: Bool?
    var retention: Retention?

    struct Retention: Encodable {
        var audioDays: Int?
        var transcriptDays: Int?
        var deleteAudio: Bool

        enum CodingKeys: String, CodingKey {
            case audioDays = "audio_days"
            case transcriptDays = "transcript_days"
            case deleteAudio = "delete_audio_after_success"
        }
    }

    struct Options: Encodable {
        var model: String?
        var language: String?
        var task: String?
        var diarization: Bool?
        var speakers: Int?
    }

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case title
        case profileID = "profile_id"
        case options, retention
        case callbackURL = "callback_url"
        case joinsRunning = "join_running"
    }
}

extension RemoteJob {
    /// Why there is no transcript. Permanent, whatever the code: the server has tried as often as it does, and it is here to tell.
    var failure: ScriberrError {
        if status == "canceled" { return ScriberrError(.conflict, "The job was canceled.") }
        let code = ScriberrError.Code(rawValue: errorCode ?? "FAILED")
        return ScriberrError(code, error ?? "The job failed.", disposition: .permanent)
    }
}
