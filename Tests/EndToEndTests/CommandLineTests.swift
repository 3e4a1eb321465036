import Foundation
import ScriberrTestSupport
import Testing

/// The built program as a person uses it, without a server.
@Suite(.serialized)
struct CommandLineTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `transcribe writes subtitles to the file that was named`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await scriberr(["transcribe", welcome, "--format", "srt", "--output", "out.srt"], in: folder)
            #expect(run.status == 0)
            #expect(run.output.isEmpty)
            let written = try String(contentsOfFile: folder + "/out.srt", encoding: .utf8)
            #expect(written.hasPrefix("1\n00:00:0"))
            #expect(written.contains("computer"))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `transcribe prints JSON with words and goes on behind a file that is no recording`() async throws {
        try await withTemporaryFolder { folder in
            try "Dear Sir or Madam".write(toFile: folder + "/letter.mp3", atomically: true, encoding: .utf8)
            let run = try await scriberr(["transcribe", "letter.mp3", welcome, "--format", "json"], in: folder)
            #expect(run.status == 1)
            #expect(run.errors.contains("letter.mp3: "))
            #expect(!run.errors.contains(folder))
            let transcript = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect((transcript["words"] as? [Any])?.isEmpty == false)
        }
    }

    @Test(arguments: [
        ["transcribe", "a.wav", "--format", "waltz"], ["transcribe", "a.wav", "b.wav", "--output", "one.txt"],
        ["transcribe"], ["transcribe", "a.wav", "--export-option", "preset"], ["dance"],
        ["jobs", "show", ""], ["jobs", "cancel", "tr_1", " "], ["submit", ""], ["export", ""],
    ])
    func `a command that is not understood ends with status 64`(arguments: [String]) async throws {
        try await withTemporaryFolder { folder in
            let run = try await scriberr(arguments, in: folder)
            #expect(run.status == 64)
            #expect(run.errors.contains("Usage: ") || run.errors.contains("Error: "))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `two recordings of one name give two files, and the ending of a file names the format`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: welcome, toPath: folder + "/talk.wav")
            try convert(welcome, to: folder + "/talk.ogg")
            let both = try await scriberr(["transcribe", "talk.wav", "talk.ogg", "-f", "txt", "-o", "out"], in: folder)
            #expect(both.status == 0)
            #expect(try filesBelow(folder + "/out").sorted() == ["talk.ogg.txt", "talk.wav.txt"])
            let one = try await scriberr(["transcribe", "talk.wav", "-o", "talk.vtt"], in: folder)
            #expect(one.status == 0)
            #expect(try String(contentsOfFile: folder + "/talk.vtt", encoding: .utf8).hasPrefix("WEBVTT"))
        }
    }

    @Test func `a place that cannot be written is told before the work`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await scriberr(["transcribe", welcome, "-o", "/nowhere/out.txt"], in: folder)
            #expect(run.status == 64)
            #expect(run.errors.contains("no folder"))
        }
    }

    @Test func `models list and doctor tell what is there`() async throws {
        try await withTemporaryFolder { folder in
            let models = try await scriberr(["models", "list"], in: folder)
            #expect(models.status == 0)
            #expect(models.output.contains("whisper-base"))
            #expect(models.output.split(separator: "\n").contains { $0.hasPrefix("pocketsphinx-en-us") && $0.contains(" yes ") })
            let doctor = try await scriberr(["doctor"], in: folder)
            #expect(doctor.status == 0, "\(doctor.output)")
            #expect(doctor.output.contains("sherpa-onnx"))
        }
    }

    @Test func `a model that cannot be fetched is a clear failure`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await scriberr(["models", "pull", "no-such-model"], in: folder)
            #expect(run.status == 1)
            #expect(run.errors.contains("no-such-model"))
            let named = try await scriberr(["transcribe", welcome, "--model", "whisper-base"], in: folder)
            #expect(named.status == 1)
            #expect(named.errors.contains("MODEL_UNAVAILABLE"))
        }
    }

    private struct Run: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs the program to its end; output goes to files, so that none of it can stop the program.
    private func scriberr(_ arguments: [String], in folder: String) async throws -> Run {
        let (output, errors) = (folder + "/.out", folder + "/.err")
        for file in [output, errors] { #expect(FileManager.default.createFile(atPath: file, contents: nil)) }
        let child = Process()
        child.executableURL = ServerProcess.binaries.appendingPathComponent("scriberr")
        child.arguments = arguments
        child.currentDirectoryURL = URL(fileURLWithPath: folder)
        child.environment = [
            "PATH": "/usr/bin:/bin", "SPEECH_ENGINE_AUTO_DOWNLOAD": "false",
            "SCRIBERR_NATIVE_DIR": ServerProcess.repository.appendingPathComponent(".native").path,
        ]
        child.standardOutput = FileHandle(forWritingAtPath: output)
        child.standardError = FileHandle(forWritingAtPath: errors)
        try launch(child)
        child.waitUntilExit()
        return Run(
            status: child.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8)
        )
    }
}
