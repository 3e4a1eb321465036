import Foundation
import ScriberrCore
package import ScriberrEngineWire

/// The models that can be named, and which of them lie on this machine. Folders are looked at anew with each question.
package struct ModelCatalogue: Sendable {
    /// Used when a request names no model.
    package static let defaultModel = "whisper-base"
    /// Used for telling speakers apart.
    package static let defaultDiarizationModel = "diarization-default"
    /// Works without a download, wherever Debian's model is installed.
    package static let offlineModel = "pocketsphinx-en-us"

    private let settings: EngineSettings
    private let known: [CatalogueModel]

    /// Makes the catalogue for these folders.
    package init(settings: EngineSettings) { self.init(settings: settings, known: KnownModels.all) }

    init(settings: EngineSettings, known: [CatalogueModel]) {
        self.settings = settings
        self.known = known
    }

    /// Our own list first, then the user's models by name.
    package var models: [CatalogueModel] {
        known + UserModels(folders: folders).all.map(\.model).sorted { $0.id < $1.id }
    }

    /// The model of that name; nil when there is none.
    package func model(_ id: String) -> CatalogueModel? {
        known.first { $0.id == id } ?? UserModels(folders: folders).all.first { $0.model.id == id }?.model
    }

    /// Cards of the user's own models that cannot be used, one sentence each, for the log and for `scriberr doctor`.
    package var problems: [String] { UserModels(folders: folders).problems }

    /// The files of an installed model by role; nil when one of them is missing.
    package func installedFiles(of model: CatalogueModel) -> ModelFiles? {
        for folder in candidateFolders(of: model) {
            let paths = model.files.mapValues { "\(folder)/\($0)" }
            guard paths.values.allSatisfy(isPresent) else { continue }
            return ModelFiles(id: model.id, family: model.family, files: paths, parameters: model.parameters)
        }
        return nil
    }

    /// Whether the model can be used without a download.
    package func isInstalled(_ model: CatalogueModel) -> Bool { installedFiles(of: model) != nil }

    /// The size of the installed files together; nil when they are not there or one of them is a folder.
    private func installedBytes(of model: CatalogueModel) -> Int64? {
        guard let files = installedFiles(of: model) else { return nil }
        let sizes = files.files.values.compactMap { path -> Int64? in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
            return (attributes?[.size] as? NSNumber)?.int64Value
        }
        return sizes.count == files.files.count ? sizes.reduce(0, +) : nil
    }

    /// Where a download of the model goes.
    package func folder(of model: CatalogueModel) -> String { absolute("\(settings.cacheFolder)/\(model.id)") }

    /// All models as providers list them.
    package func cards(provider: String) -> [ModelCard] {
        models.map { model in
            ModelCard(
                id: model.id,
                name: model.name,
                provider: provider,
                installed: isInstalled(model),
                capabilities: model.capabilities,
                languages: model.languages,
                sizeBytes: model.downloadBytes ?? installedBytes(of: model),
                licence: model.licence,
                attribution: model.attribution,
                family: model.family.rawValue,
                canBeDownloaded: !model.sources.isEmpty,
                // What it does not know the language of, Canary writes down as English.
                needsLanguage: model.family == .canary && model.languages.count > 1
            )
        }
    }

    /// The voice-activity model. Throws `ENGINE_UNAVAILABLE` when it is not installed.
    package func voiceActivityModelPath() throws -> String {
        let folder = absolute("\(settings.nativeFolder)/silero-vad")
        let names = try names(in: folder).filter { $0.hasSuffix(".onnx") }.sorted()
        let preferred = ["silero_vad_16k_op15.onnx", "silero_vad.onnx"].first(where: names.contains)
        guard let name = preferred ?? names.first else {
            throw ScriberrError(
                .engineUnavailable,
                "The voice activity model (Silero VAD) is not installed.",
                detail: "no .onnx file in \(folder)"
            )
        }
        return "\(folder)/\(name)"
    }

    /// What lies in a folder; nothing when it is not there. That it cannot be looked at, for lack of file descriptors or a disk that is
    /// away, says nothing about what is installed.
    private func names(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            guard FileManager.default.fileExists(atPath: folder) else { return [] }
            throw ScriberrError(
                .engineUnavailable,
                "The speech engine's files cannot be read at the moment.",
                disposition: .transient,
                detail: "\(error)"
            )
        }
    }

    private var folders: [String] { ([settings.cacheFolder] + settings.modelFolders).map(absolute) }

    private func candidateFolders(of model: CatalogueModel) -> [String] {
        if model.family == .pocketsphinx && model.id == Self.offlineModel { return [absolute(settings.pocketSphinxFolder)] }
        let known = folders.map { "\($0)/\(model.id)" }
        return known + UserModels(folders: folders).all.filter { $0.model.id == model.id }.map(\.folder)
    }
}

private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
}

/// Whether there is a file with content, or a folder, at this path.
private func isPresent(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
    if isFolder.boolValue { return true }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value
    return (size ?? 0) > 0
}
