import Foundation
import ScriberrCore

/// Fetches, checks, unpacks and lands one model. Runs under the model's lock. Whatever goes wrong, nothing is left but parts
/// that can be gone on with.
struct Installation: Sendable {
    let store: ModelStore
    let model: CatalogueModel
    let workshop: Workshop
    let feed: AsyncStream<PreparationProgress>.Continuation

    func run() async throws {
        let staging = try workshop.freshStaging()
        defer { workshop.removeStaging() }
        try checkRoom()
        var received: Int64 = 0
        for source in model.sources {
            let part = workshop.part(of: source)
            do {
                try await fetch(source, part, after: received)
                try await check(source, part)
                try await unpack(source, part, into: staging)
            } catch {
                part.cleanUp(keepsResumable: keepsPart(error))
                throw error
            }
            received += source.sizeBytes ?? part.size ?? 0
            part.cleanUp(keepsResumable: false)
        }
        try await InstallRecord.write(folder: staging, model: model)
        try workshop.land()
    }

    /// A part is worth keeping when the rest of it may still come.
    private func keepsPart(_ error: any Error) -> Bool {
        guard let error = error as? ScriberrError else { return error is CancellationError }
        return error.code == .downloadFailed && error.disposition == .transient
    }

    /// Unpacked files take at most about as much room again as their archive.
    private func checkRoom() throws {
        guard let bytes = model.downloadBytes, let free = store.freeBytes(workshop.root) else { return }
        let present = model.sources.compactMap { workshop.part(of: $0).size }.reduce(0, +)
        let needed = bytes * (model.sources.contains(where: \.isArchive) ? 2 : 1) - present
        guard free >= needed else {
            throw ScriberrError(
                .storageFull,
                "There is no room for the model \(model.id): about \(needed >> 20) MB are needed, \(free >> 20) MB are free."
            )
        }
    }

    private func fetch(_ source: ModelSource, _ part: PartialFile, after before: Int64) async throws {
        let fetching = Fetching(
            client: store.client,
            limits: store.limits,
            source: source,
            url: source.url(mirror: store.settings.mirrorBaseURL),
            part: part,
            reachability: store.reachability
        )
        let all = model.downloadBytes
        let feed = feed
        let isOnly = model.sources.count == 1
        // Said before the first byte comes: a server that takes its time must not look like work that stands still.
        feed.yield(.downloading(received: before, total: all))
        try await fetching.run { received, total in
            feed.yield(.downloading(received: before + received, total: all ?? (isOnly ? total : nil)))
        }
    }

    private func check(_ source: ModelSource, _ part: PartialFile) async throws {
        guard let sha256 = source.sha256 else { return }
        let found = try await FileHash(of: part.path)
        guard found.sha256 == sha256 else {
            throw ScriberrError(
                .downloadFailed,
                "The downloaded file \(source.file) is not the one we know: its checksum is wrong.",
                disposition: .permanent,
                detail: "sha256 \(found.sha256) instead of \(sha256)"
            )
        }
    }

    private func unpack(_ source: ModelSource, _ part: PartialFile, into folder: String) async throws {
        if source.isArchive {
            try await Unpacking.run(archive: part.path, members: source.members, into: folder)
        } else {
            guard rename(part.path, "\(folder)/\(source.file)") == 0 else { throw storageError(errno, "rename \(part.path)") }
        }
    }
}
