import Foundation
import ScriberrCore
import Subprocess
import SystemPackage

/// yt-dlp, run as a guarded child: no shell, an environment of its own, an empty folder that goes with it, resource limits, its
/// whole process group killed when the task is canceled or the reader throws.
///
/// It is handed addresses of known sites only. What it fetches from there is up to the site; it cannot be pinned to checked
/// addresses as our own requests are.
package struct YtDlp: Sendable {
    private let program: FilePath
    private let prlimit: FilePath
    private let searchPath: String
    private let limitBytes: Int64

    /// Finds the program: the one at `path`, or the first in the folders of `searchPath`; nil when there is none. `limitBytes` is
    /// the largest file that it may write.
    package static func locate(path: String?, searchPath: String, limitBytes: Int64) -> YtDlp? {
        let folders = searchPath.split(separator: ":").filter { $0.hasPrefix("/") }
        func find(_ name: String) -> String? {
            folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        let named = path.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
        guard let program = path == nil ? find("yt-dlp") : named, let prlimit = find("prlimit") else { return nil }
        return YtDlp(program: FilePath(program), prlimit: FilePath(prlimit), searchPath: searchPath, limitBytes: limitBytes)
    }

    /// Streams the best audio of the page at `url` into `write` and answers the title that the site gives it. Throws
    /// `DOWNLOAD_FAILED`, and what `write` throws.
    package func download(_ url: String, write: @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> String? {
        let folder = try WorkFolder("site")
        defer { folder.remove() }
        let (status, messages) = try await run(url, in: folder.path, write)
        try Task.checkCancellation()
        guard status == .exited(0) else {
            throw ScriberrError(
                .downloadFailed,
                "The site did not give the recording: it may be private, removed or closed to this server, or yt-dlp is too old.",
                detail: "\(status): \(messages)"
            )
        }
        let title = FileManager.default.contents(atPath: folder.path + "/title.txt").map { String(decoding: $0, as: UTF8.self) }
        return title?.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    private func run(
        _ url: String,
        in folder: String,
        _ write: @Sendable (ArraySlice<UInt8>) async throws -> Void
    ) async throws -> (TerminationStatus, String) {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let environment: [Environment.Key: String] = ["PATH": searchPath, "HOME": folder, "LANG": "C.UTF-8"]
        do {
            let result = try await Subprocess.run(
                .path(prlimit),
                arguments: Arguments(limits + ["--", program.string] + arguments(url)),
                environment: .custom(environment),
                workingDirectory: FilePath(folder),
                platformOptions: options,
                input: .none,
                output: .sequence,
                error: .sequence
            ) { execution in
                try await observe(execution, write)
            }
            return (result.terminationStatus, result.closureResult)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw ScriberrError(.downloadFailed, "yt-dlp cannot be started.", detail: error.description)
        }
    }

    private func observe(
        _ execution: Subprocess.Execution<NoInput, SequenceOutput, SequenceOutput>,
        _ write: @Sendable (ArraySlice<UInt8>) async throws -> Void
    ) async throws -> String {
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await tail(of: execution.standardError, bytes: 4_096) }
            do {
                for try await piece in execution.standardOutput {
                    try Task.checkCancellation()
                    try await write(piece.withUnsafeBytes { Array($0) }[...])
                }
            } catch {
                // Its helpers hold the pipe as well.
                try? execution.send(signal: .kill, toProcessGroup: true)
                throw error
            }
            return try await group.next() ?? ""
        }
    }

    private var limits: [String] {
        ["--core=0", "--nofile=256", "--cpu=3600:3605", "--as=\(4 << 30)", "--fsize=\(limitBytes)"]
    }

    private func arguments(_ url: String) -> [String] {
        [
            "--ignore-config", "--no-playlist", "--no-cache-dir", "--no-progress", "--no-update", "--no-mtime", "--no-part",
            "--socket-timeout", "30", "--retries", "3", "--max-filesize", String(limitBytes), "--format", "bestaudio/best",
            "--print-to-file", "before_dl:%(title)s", "title.txt", "--output", "-", "--", url,
        ]
    }
}
