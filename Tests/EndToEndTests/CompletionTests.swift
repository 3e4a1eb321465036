import Foundation
import ScriberrTestSupport
import Testing

/// The completion scripts in the shells that they are for.
@Suite(.serialized) struct CompletionTests {
    @Test func `bash completes commands, their commands and their options`() async throws {
        try await withScript(for: "bash") { script throws in
            #expect(try bash(script, "scriberr", "expo") == ["export"])
            #expect(try bash(script, "scriberr", "jobs", "ca") == ["cancel"])
            #expect(try bash(script, "scriberr", "submit", "--delete").contains("--delete-audio"))
        }
    }

    @Test(.enabled(if: isThere("zsh"), "zsh is not installed"))
    func `zsh reads its script`() async throws {
        try await withScript(for: "zsh") { script throws in #expect(try run("zsh", ["-n", script]) == []) }
    }

    @Test(.enabled(if: isThere("fish"), "fish is not installed"))
    func `fish completes commands with what they do`() async throws {
        try await withScript(for: "fish") { script throws in
            let found = try run("fish", ["--no-config", "-c", "source \(script); complete -C 'scriberr jobs ca'"])
            #expect(found == ["cancel\tStop jobs that wait or run."])
        }
    }

    private static func isThere(_ shell: String) -> Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/" + shell) }

    private func withScript(for shell: String, _ body: (String) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let made = try await Program(folder: folder).run(["--generate-completion-script", shell])
            #expect(made.status == 0)
            let script = folder + "/scriberr." + shell
            try made.output.write(toFile: script, atomically: true, encoding: .utf8)
            try body(script)
        }
    }

    /// What bash offers behind these words, as it asks the script's function.
    private func bash(_ script: String, _ words: String...) throws -> [String] {
        let line = words.joined(separator: " ")
        let ask = """
            source \(script); COMP_WORDS=(\(line)) COMP_CWORD=\(words.count - 1) COMP_LINE='\(line)' COMP_POINT=\(line.utf8.count)
            _scriberr scriberr '\(words[words.count - 1])' '\(words[words.count - 2])'
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        return try run("bash", ["--norc", "-c", ask])
    }

    /// The lines that a shell prints. What it complains about is printed too.
    private func run(_ shell: String, _ arguments: [String]) throws -> [String] {
        let (child, output) = (Process(), Pipe())
        child.executableURL = URL(fileURLWithPath: "/usr/bin/" + shell)
        child.arguments = arguments
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = output
        child.standardError = output
        try launch(child)
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        child.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
