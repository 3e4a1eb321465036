import Foundation
import Glibc
import ScriberrCore

/// What was done with the recordings of a folder, by the hash of their bytes: a file of JSON lines that is only appended to, each
/// line on the disk before anything that follows from it. So a recording is done once, whatever happens in between.
final class FolderJournal {
    /// What is known of one recording.
    struct Entry: Codable, Equatable {
        /// SHA-256 of the bytes.
        var hash: String
        /// The name it had.
        var name: String
        var state: State
        /// The recording on the server, once it is there.
        var file: String?
        /// The job, once there is one.
        var job: String?
        /// Why it failed.
        var error: String?
        /// When this was written, RFC 3339.
        var at: String
    }

    enum State: String, Codable {
        /// About to be handed over, or handed over.
        case taken
        case done
        case failed
    }

    private let path: String
    private let descriptor: Int32
    private var entries: [String: Entry] = [:]

    /// Opens the journal of a folder, made when missing, for this process alone. Throws `CONFLICT` when another one watches the
    /// folder and `STORAGE_FAILED` when it cannot be written.
    init(folder: String) throws {
        let home = folder + "/.scriberr"
        path = home + "/journal.jsonl"
        guard mkdir(home, 0o755) == 0 || errno == EEXIST else { throw Self.unwritable(folder) }
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.unwritable(folder) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ScriberrError(.conflict, "Another process watches this folder.")
        }
        let data = FileManager.default.contents(atPath: path) ?? Data()
        for line in data.split(separator: 10) {
            // The last line may be half of one: what it told of did not follow.
            guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else { continue }
            entries[entry.hash] = entry
        }
        if let last = data.last, last != 10 { try append(Data("\n".utf8)) }
    }

    deinit { close(descriptor) }

    subscript(hash: String) -> Entry? { entries[hash] }

    /// Writes what is known of a recording now, durably.
    func note(_ entry: Entry) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try append(try encoder.encode(entry) + Data("\n".utf8))
        entries[entry.hash] = entry
    }

    private func append(_ data: Data) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.unwritable((path as NSString).deletingLastPathComponent) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw Self.unwritable((path as NSString).deletingLastPathComponent) }
    }

    private static func unwritable(_ folder: String) -> ScriberrError {
        ScriberrError(.storageFailed, "The watched folder cannot be written.", detail: "errno \(errno) at \(folder)")
    }
}
