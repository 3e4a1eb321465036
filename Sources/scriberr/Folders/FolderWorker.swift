import Foundation
import ScriberrCore

/// Who transcribes the recordings of a watched folder: this process, or a server.
protocol FolderWorker: Sendable {
    /// Hands a recording over and answers its id there; repeated with the same hash it does no harm. Nil where there is no
    /// separate step.
    func store(_ path: String, hash: String) async throws -> String?
    /// Starts the job, or finds the one that was started before; `since` is when the recording was first taken.
    func start(_ path: String, file: String?, hash: String, since: Timestamp) async throws -> String
    /// Waits for the end of the job and answers its transcript in each format. Throws what the job failed for.
    func finish(_ job: String, path: String, formats: [String]) async throws -> [(fileExtension: String, bytes: Data)]
}

/// How a folder is watched.
struct FolderRules: Sendable {
    /// The folder, without a slash at its end.
    var folder: String
    /// The formats in which transcripts are written.
    var formats: [String]
    /// Where they are written.
    var target: String
    /// Whether subfolders are watched too.
    var isRecursive: Bool
    /// Whether recordings stay where they are, instead of moving to `done` or `failed`.
    var keeps: Bool
    /// How long a recording must not have changed.
    var settle: Duration
    /// Recordings at once.
    var width: Int
}
