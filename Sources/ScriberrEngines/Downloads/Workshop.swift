import Foundation
import ScriberrCore

/// The places of one model's installation, all on the disk of the model folder, so that the last step is a rename.
///
/// Hidden folders beside the models: `.downloads` for parts that may be gone on with, `.staging` for what is being put together,
/// `.locks`. Whoever holds the model's lock owns its entries there.
struct Workshop: Sendable {
    let model: CatalogueModel
    let root: String

    /// Throws `STORAGE_FAILED` or `STORAGE_FULL` when the folders cannot be made.
    init(settings: EngineSettings, model: CatalogueModel) throws {
        self.model = model
        root = URL(fileURLWithPath: ModelCatalogue(settings: settings).folder(of: model)).deletingLastPathComponent().path
        for name in [".downloads", ".staging", ".locks"] { try makeFolder("\(root)/\(name)") }
    }

    /// Where the installed model lies.
    var destination: String { "\(root)/\(model.id)" }
    private var staging: String { "\(root)/.staging/\(model.id)" }
    private var discarded: String { "\(root)/.staging/\(model.id).old" }

    func lock(onWait: () -> Void = {}) async throws -> FolderLock {
        try await FolderLock("\(root)/.locks/\(model.id)", onWait: onWait)
    }

    func part(of source: ModelSource) -> PartialFile { PartialFile(path: "\(root)/.downloads/\(model.id)-\(source.file).part") }

    /// An empty folder to put the model together in. What a dead process left there is gone.
    func freshStaging() throws -> String {
        removeStaging()
        try makeFolder(staging)
        return staging
    }

    func removeStaging() {
        // Nothing there is the usual case.
        try? FileManager.default.removeItem(atPath: staging)
        try? FileManager.default.removeItem(atPath: discarded)
    }

    func removeParts() {
        for source in model.sources { part(of: source).cleanUp(keepsResumable: false) }
    }

    /// Makes what was put together the installed model, in place of whatever lay there.
    func land() throws {
        if FileManager.default.fileExists(atPath: destination) { try discardInstalled() }
        guard rename(staging, destination) == 0 else { throw storageError(errno, "rename to \(destination)") }
    }

    /// Takes the installed model away in one step, then deletes it.
    func discardInstalled() throws {
        try? FileManager.default.removeItem(atPath: discarded)
        guard rename(destination, discarded) == 0 else { throw storageError(errno, "rename \(destination)") }
        try? FileManager.default.removeItem(atPath: discarded)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw storageError((error as? CocoaError)?.code == .fileWriteOutOfSpace ? ENOSPC : EACCES, "mkdir \(path): \(error)")
        }
    }
}
