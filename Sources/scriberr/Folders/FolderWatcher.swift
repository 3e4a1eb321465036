import Foundation
import Glibc
import ScriberrCore

/// Takes the recordings of a folder once they are complete, has each transcribed once, writes the transcripts and puts the
/// recordings away. Everything is in the journal before it is acted on, so it may be ended at any moment.
actor FolderWatcher {
    private let rules: FolderRules
    private let worker: any FolderWorker
    private let say: @Sendable (String) -> Void
    private let journal: FolderJournal
    private var scan: FolderScan
    private var atWork: Set<String> = []
    /// Who waits for the end of work on the same bytes, by their hash.
    private var turns: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// Recordings that were dealt with and stay where they are, by their marks.
    private var settled: Set<String> = []
    /// Recordings that could not be handed over are tried again after a while.
    private var later: [String: ContinuousClock.Instant] = [:]
    private var failures = 0
    private static let lookInterval = Duration.seconds(1)
    private static let patience = Duration.seconds(30)

    /// `say` hears what happens, in short sentences. Throws as ``FolderJournal/init(folder:)``.
    init(rules: FolderRules, worker: any FolderWorker, say: @escaping @Sendable (String) -> Void) throws {
        self.rules = rules
        self.worker = worker
        self.say = say
        journal = try FolderJournal(folder: rules.folder)
        let subfolders = rules.isRecursive ? Subfolders(results: [rules.target]) : nil
        scan = FolderScan(folder: rules.folder, settle: rules.settle, subfolders: subfolders)
    }

    /// Works until the task is canceled or, with `once`, until every recording that is there was done. Answers how many failed.
    func run(once: Bool) async -> Int {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let (ready, hasOthers) = scan.look()
                let marks = Set(ready.map(\.mark))
                settled.formIntersection(marks)
                later = later.filter { marks.contains($0.key) }
                for found in ready where atWork.count < rules.width && isDue(found) {
                    atWork.insert(found.mark)
                    group.addTask { await self.take(found, once: once) }
                }
                if once, !hasOthers, atWork.isEmpty, ready.allSatisfy({ settled.contains($0.mark) }) { return }
                // A canceled sleep ends the loop.
                guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { return }
            }
        }
        return failures
    }

    private func isDue(_ found: FolderScan.Found) -> Bool {
        !atWork.contains(found.mark) && !settled.contains(found.mark) && (later[found.mark].map { $0 <= .now } ?? true)
    }

    /// Works on one recording. Without a later, what cannot be done now counts as failed; it is not noted as such.
    private func take(_ found: FolderScan.Found, once: Bool) async {
        defer { atWork.remove(found.mark) }
        do {
            try await work(on: found.name)
            later[found.mark] = nil
            settled.insert(found.mark)
        } catch is CancellationError {
            return
        } catch {
            let message = (error as? ScriberrError)?.message ?? "Something went wrong."
            say("\(found.name): \(message)\(once ? "" : " It is tried again.")")
            later[found.mark] = .now + Self.patience
            if once {
                settled.insert(found.mark)
                failures += 1
            }
        }
    }

    private func work(on name: String) async throws {
        let path = rules.folder + "/" + name
        let hash = try await Self.hash(of: path)
        guard hash != ContentHash.nothing else { return try refuseEmpty(name) }
        // Of two copies that come together one is done and the other put away.
        while turns[hash] != nil { await withCheckedContinuation { turns[hash]?.append($0) } }
        turns[hash] = []
        defer { for waiting in turns.removeValue(forKey: hash) ?? [] { waiting.resume() } }
        try Task.checkCancellation()
        var entry = journal[hash] ?? entry(hash, name, .taken)
        switch entry.state {
        case .done, .failed:
            if entry.name != name { say("\(name): the same recording as \(entry.name), not done again") }
            return try putAway(name, entry)
        case .taken: break
        }
        do {
            if journal[hash] == nil { try journal.note(entry) }
            let since = Timestamp(rfc3339: entry.at) ?? .now
            if entry.job == nil {
                if entry.file == nil {
                    entry.file = try await worker.store(path, hash: hash)
                    if entry.file != nil { try journal.note(entry) }
                }
                entry.job = try await worker.start(path, file: entry.file, hash: hash, since: since)
                try journal.note(entry)
                say("\(name): taken")
            }
            let results = try await worker.finish(entry.job ?? "", path: path, formats: rules.formats)
            for result in results {
                try write(result.bytes, stem: (name as NSString).deletingPathExtension, result.fileExtension, hash)
            }
            entry.state = .done
            say("\(name): done")
        } catch let error as ScriberrError where error.disposition == .permanent && error.code != .unauthorized {
            entry.state = .failed
            entry.error = "\(error.message) [\(error.code.rawValue)]"
            failures += 1
            say("\(name): \(entry.error ?? "")")
        }
        try journal.note(entry)
        try putAway(name, entry)
    }

    /// The journal says nothing of it: empty files are not the same recording.
    private func refuseEmpty(_ name: String) throws {
        var entry = entry(ContentHash.nothing, name, .failed)
        entry.error = "The file is empty. [\(ScriberrError.Code.mediaUnreadable.rawValue)]"
        failures += 1
        say("\(name): \(entry.error ?? "")")
        try putAway(name, entry)
    }

    private func entry(_ hash: String, _ name: String, _ state: FolderJournal.State) -> FolderJournal.Entry {
        FolderJournal.Entry(hash: hash, name: name, state: state, at: Timestamp.now.rfc3339)
    }

    /// Moves a recording to `done` or `failed`, with the reason beside it; one that is to stay is only remembered.
    private func putAway(_ name: String, _ entry: FolderJournal.Entry) throws {
        guard !rules.keeps else { return }
        let place = rules.folder + "/" + entry.state.rawValue
        try makeFolder(((place + "/" + name) as NSString).deletingLastPathComponent)
        let target = free(place, (name as NSString).deletingPathExtension, (name as NSString).pathExtension, entry.hash)
        if let error = entry.error {
            try? Data((error + "\n").utf8).write(to: URL(fileURLWithPath: target + ".error.txt"), options: .atomic)
        }
        guard rename(rules.folder + "/" + name, target) == 0 || errno == ENOENT else {
            throw ScriberrError(.storageFailed, "The recording cannot be moved away.", detail: "errno \(errno)")
        }
    }

    private func write(_ bytes: Data, stem: String, _ fileExtension: String, _ hash: String) throws {
        let target = rules.target + "/" + stem + "." + fileExtension
        try makeFolder((target as NSString).deletingLastPathComponent)
        do {
            // Written again after a crash it is the same text; the text of another recording of this name is not touched.
            let isOther = FileManager.default.contents(atPath: target).map { $0 != bytes } ?? false
            let place = isOther ? "\(rules.target)/\(stem)-\(hash.prefix(8)).\(fileExtension)" : target
            try bytes.write(to: URL(fileURLWithPath: place), options: .atomic)
        } catch {
            throw ScriberrError(.storageFailed, "The transcript could not be written.", detail: "\(error)")
        }
    }

    private func free(_ place: String, _ stem: String, _ fileExtension: String, _ hash: String) -> String {
        let wanted = "\(place)/\(stem).\(fileExtension)"
        return FileManager.default.fileExists(atPath: wanted) ? "\(place)/\(stem)-\(hash.prefix(8)).\(fileExtension)" : wanted
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ScriberrError(.storageFailed, "A folder cannot be made where the results go.", detail: "\(error)")
        }
    }

    private static func hash(of path: String) async throws -> String {
        try await Task.detached { try ContentHash.file(path) }.value
    }
}
