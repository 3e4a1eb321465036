import Foundation
import ScriberrCore
package import ScriberrStore
import Synchronization

/// Keeps each finished transcript as a file too, `ID/transcript.json`, and removes it with its transcription.
///
/// Follows the durable event log and remembers how far it came, so that a crash delays a file but loses none; writing one again
/// is harmless. The database stays the only truth.
package struct TranscriptArchive: Sendable {
    private let database: any Database
    private let signals: StoreSignals
    private let folder: URL
    private let written = WrittenVersions()
    private static let batch = 200

    /// Files go below the folder at `path`, which is made when missing.
    package init(database: any Database, signals: StoreSignals, path: String) {
        self.database = database
        self.signals = signals
        folder = URL(fileURLWithPath: path)
    }

    /// Works until the task is canceled. `onFailure` hears of files that could not be written; they are tried again with the
    /// next event.
    package func run(onFailure: @Sendable (any Error) -> Void) async {
        let notices = signals.events.subscribe()
        await catchUp(onFailure)
        for await _ in notices { await catchUp(onFailure) }
    }

    /// Writes and removes what the log says since last time.
    private func catchUp(_ onFailure: @Sendable (any Error) -> Void) async {
        do {
            try makeFolder(folder)
            var place = reached
            while true {
                let after = place
                let types: [EventType] = [
                    .transcriptionCompleted, .transcriptionUpdated, .transcriptUpdated, .transcriptionDeleted,
                ]
                let events = try await database.read { db in
                    try EventLog.events(db, after: after, types: types, limit: Self.batch)
                }
                for event in events { try await follow(event) }
                guard let last = events.last else { return }
                place = last.sequence
                try Data(String(place).utf8).write(to: folder.appendingPathComponent(".reached"), options: .atomic)
            }
        } catch is CancellationError {
            // The stop: the next start goes on here.
        } catch {
            onFailure(error)
        }
    }

    private func follow(_ event: Event) async throws {
        guard let id = TranscriptionID(event.subject) else { return }
        let home = folder.appendingPathComponent(id.text)
        let version = try await database.readBriefly { try TranscriptVersionSQL.head($0, id)?.version }
        // A title has changed, not the text, which may be megabytes long.
        if let version, written.has(id, version) { return }
        // The last word on a job may be newer than the event: what is there now counts.
        guard let stored = try await database.read({ try JobSQL.transcript($0, of: id) }) else {
            if FileManager.default.fileExists(atPath: home.path) { try FileManager.default.removeItem(at: home) }
            return
        }
        try makeFolder(home)
        let file = home.appendingPathComponent("transcript.json")
        try Data(stored.content).write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        if let version { written.note(id, version) }
    }

    private func makeFolder(_ place: URL) throws {
        try FileManager.default.createDirectory(
            at: place,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
    }

    /// The place in the log up to which everything is done.
    private var reached: Int64 {
        // Without a readable note all that the log still has is gone through again.
        let note = try? String(contentsOf: folder.appendingPathComponent(".reached"), encoding: .utf8)
        return note.flatMap { Int64($0) } ?? 0
    }
}

/// Which versions this process has written last.
private final class WrittenVersions: Sendable {
    private let versions = Mutex<[TranscriptionID: TranscriptVersion]>([:])
    private static let countMax = 10_000

    func has(_ job: TranscriptionID, _ version: TranscriptVersion) -> Bool { versions.withLock { $0[job] == version } }

    func note(_ job: TranscriptionID, _ version: TranscriptVersion) {
        versions.withLock { versions in
            if versions.count >= Self.countMax { versions.removeAll() }
            versions[job] = version
        }
    }
}
