import ScriberrCore
import ScriberrStore
import ScriberrTranscript

/// Makes transcripts searchable once they are stored or changed, and titles that an older version stored.
///
/// Which ones wait is kept in the database, in the transaction that stores them, so that a crash delays the search and loses
/// nothing. The work is done in small writes that give way to others.
package struct TranscriptIndexer: Sendable {
    private let database: any Database
    private let signals: StoreSignals
    private static let passagesPerWrite = 8
    private static let titlesPerWrite = 50

    init(database: any Database, signals: StoreSignals) {
        self.database = database
        self.signals = signals
    }

    /// Works until the task is canceled. `onFailure` hears of what the database refused; it is tried again with the next event.
    package func run(onFailure: @Sendable (any Error) -> Void) async {
        let notices = signals.events.subscribe()
        var hasFolded = await attempt(onFailure, foldTitles)
        await attempt(onFailure, catchUp)
        for await _ in notices {
            if !hasFolded { hasFolded = await attempt(onFailure, foldTitles) }
            await attempt(onFailure, catchUp)
        }
    }

    /// Has titles that an older version stored found without their accents, too.
    package func foldTitles() async throws {
        while try await database.read({ try PendingTitles.areThere($0) }) {
            try Task.checkCancellation()
            try await database.write { try PendingTitles.fold($0, limit: Self.titlesPerWrite) }
        }
    }

    /// Makes everything searchable that waits for it.
    package func catchUp() async throws {
        while let (job, version, content) = try await database.read({ try PassageSQL.pending($0) }) {
            try Task.checkCancellation()
            let passages = Passage.passages(of: StoredTranscript.parse(content))
            for start in stride(from: 0, to: passages.count, by: Self.passagesPerWrite) {
                let some = Array(passages[start..<min(start + Self.passagesPerWrite, passages.count)])
                try await database.write { try PassageSQL.write($0, job, some, from: start) }
            }
            let count = passages.count
            try await database.write { try PassageSQL.finish($0, job, version: version, count: count) }
        }
        while try await database.read({ try PassageSQL.hasGone($0) }) {
            try await database.write { try PassageSQL.removeGone($0) }
        }
    }

    @discardableResult
    private func attempt(_ onFailure: @Sendable (any Error) -> Void, _ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            return true
        } catch {
            if !(error is CancellationError) { onFailure(error) }
            return false
        }
    }
}

private typealias StoredTranscript = ScriberrTranscript.StoredTranscript
