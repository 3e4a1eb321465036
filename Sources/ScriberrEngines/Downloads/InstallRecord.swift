import Foundation
import ScriberrCore
import ScriberrEngineWire

/// What was installed, written beside a model's files, so that they can be checked again later.
struct InstallRecord: Codable, Sendable {
    static let fileName = "installed.json"

    var model: String
    var licence: String
    var attribution: String?
    /// Where each file came from.
    var sources: [String]
    /// Length and hash by file name.
    var files: [String: FileHash]

    /// Reads a record; nil when there is none, as for models that were copied here by hand.
    init?(folder: String) {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(Self.fileName)"),
            let record = try? JSONDecoder().decode(InstallRecord.self, from: data)
        else { return nil }
        self = record
    }

    private init(model: CatalogueModel, files: [String: FileHash]) {
        self.model = model.id
        licence = model.licence
        attribution = model.attribution
        sources = model.sources.map(\.file)
        self.files = files
    }

    /// Reads the model's files in `folder` and writes down what they are.
    static func write(folder: String, model: CatalogueModel) async throws {
        var files: [String: FileHash] = [:]
        for name in model.files.values { files[name] = try await FileHash(of: "\(folder)/\(name)") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(InstallRecord(model: model, files: files))
        var sink = try FileSink("\(folder)/\(fileName)")
        try data.withUnsafeBytes { try sink.write($0) }
        try sink.synchronize()
    }
}

/// What reading an installed model again has shown.
package struct ModelVerification: Sendable, Hashable {
    /// The model's name.
    package var model: String
    /// By file name.
    package var files: [String: State]

    /// How one file stands.
    package enum State: String, Sendable, Hashable {
        case good
        /// There, but nothing is known to compare it with: it was not installed by us.
        case unrecorded
        case changed
    }

    package init(model: String, files: [String: State]) {
        self.model = model
        self.files = files
    }

    /// Whether nothing is wrong.
    package var isGood: Bool { !files.values.contains(.changed) }
}

extension ModelVerification {
    init(of model: CatalogueModel, _ files: ModelFiles, record: InstallRecord?) async throws {
        self.model = model.id
        self.files = [:]
        for (role, path) in files.files {
            let name = model.files[role] ?? role
            guard let known = record?.files[name] else {
                self.files[name] = .unrecorded
                continue
            }
            self.files[name] = try await FileHash(of: path) == known ? .good : .changed
        }
    }
}
