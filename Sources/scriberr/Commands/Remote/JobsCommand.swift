import ArgumentParser
import Foundation
import ScriberrCore

/// `scriberr jobs`.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Look after the jobs on the server.",
        discussion: """
              scriberr jobs list --status processing
              scriberr jobs watch tr_0193…
              scriberr jobs retry tr_0193… --model whisper-base
              scriberr jobs list --json | jq -r '.items[].id'

            \(RemoteExit.help)
            """,
        subcommands: [List.self, Show.self, Watch.self, Logs.self, Cancel.self, Retry.self],
        defaultSubcommand: List.self
    )

    /// `scriberr jobs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, newest first.")

        @OptionGroup var remote: RemoteOptions

        @Option(help: "Only queued, processing, completed, failed or canceled ones.")
        var status: String?

        @Option(name: .shortAndLong, help: "Only those with this in the title.")
        var query: String?

        @Option(help: "How many at most, 1 to 100.")
        var limit = 20

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                var path = "transcriptions?limit=\(limit)"
                if let status { path += "&status=\(client.escaped(status))" }
                if let query { path += "&q=\(client.escaped(query))" }
                let answer = try await client.send(.GET, path)
                if remote.json { return try Output.json(answer.body) }
                let jobs: RemoteList<RemoteJob> = try answer.json()
                let rows = jobs.items.map { job in
                    let progress = job.hasEnded ? "" : "\(Int(job.progress * 100))% \(job.progressStage)"
                    return [job.id, job.status, progress, Output.duration(job.durationSeconds), job.createdAt, job.title]
                }
                try Output.table([["ID", "STATUS", "PROGRESS", "LENGTH", "CREATED", "TITLE"]] + rows)
            }
        }
    }

    /// `scriberr jobs show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one job.")

        @Argument(help: "The id of the job.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                let answer = try await client.send(.GET, "transcriptions/\(client.escaped(id))")
                if remote.json { return try Output.json(answer.body) }
                let job: RemoteJob = try answer.json()
                try Output.table(
                    [
                        ["id", job.id], ["title", job.title], ["status", job.status], ["stage", job.progressStage],
                        ["progress", "\(Int(job.progress * 100))%"], ["length", Output.duration(job.durationSeconds)],
                        ["created", job.createdAt],
                    ] + (job.warnings ?? []).map { ["note", $0.message] }
                        + (job.error.map { [["error", "\($0) [\(job.errorCode ?? "")]"]] } ?? [])
                )
            }
        }
    }

    /// `scriberr jobs watch`.
    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "Follow a job until it ends.",
            discussion: "Ends with status 0 only when the job completed. With --json each event is one line."
        )

        @Argument(help: "The id of the job.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            let terminal = Terminal()
            try await RemoteExit.run(terminal) {
                let client = try remote.client()
                let (isJSON, id) = (remote.json, id)
                // Not found is told before a stream is opened.
                _ = try await client.job(id)
                let job = try await JobFollower(
                    client: client,
                    id: id,
                    progress: { stage, progress in
                        terminal.status("\(Terminal.bar(progress)) \(stage.replacingOccurrences(of: "_", with: " "))")
                    },
                    event: { event in
                        if isJSON { try Output.line(#"{"event":"\#(event.name)","data":\#(event.data)}"#) }
                    }
                ).run()
                terminal.clear()
                if !isJSON { try Output.line(job.status) }
                guard job.status == "completed" else { throw job.failure }
            }
        }
    }

    /// `scriberr jobs logs`.
    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "logs", abstract: "Tell what happened to a job.")

        @Argument(help: "The id of the job.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                let path = "transcriptions/\(client.escaped(id))/\(remote.json ? "executions" : "logs")"
                try Output.json(await client.send(.GET, path).body)
            }
        }
    }

    /// `scriberr jobs cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Stop jobs that wait or run.")

        @Argument(help: "The ids of the jobs.", transform: given)
        var ids: [String]

        @OptionGroup var remote: RemoteOptions

        func run() async throws {
            try await RemoteExit.run {
                let client = try remote.client()
                for id in ids {
                    let answer = try await client.send(.POST, "transcriptions/\(client.escaped(id)):cancel")
                    if remote.json { try Output.json(answer.body) } else { try Output.line("\(id) canceled") }
                }
            }
        }
    }

    /// `scriberr jobs retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Make a new job of an ended one, with the same options or others."
        )

        @Argument(help: "The id of the job.", transform: given)
        var id: String

        @OptionGroup var remote: RemoteOptions

        @Option(name: .shortAndLong, help: "Another model.")
        var model: String?

        @Option(name: .shortAndLong, help: "Another language.")
        var language: String?

        func run() async throws {
            struct Body: Encodable { var options: NewJobRequest.Options }
            struct Retried: Decodable { var id: String }
            try await RemoteExit.run {
                let client = try remote.client()
                let body = Body(options: .init(model: model, language: language))
                let answer = try await client.send(.POST, "transcriptions/\(client.escaped(id)):retry", json: body)
                let retried: Retried = try answer.json()
                try Output.tell("The job \(retried.id) was made.") {
                    if remote.json { try Output.json(answer.body) } else { try Output.line(retried.id) }
                }
            }
        }
    }
}
