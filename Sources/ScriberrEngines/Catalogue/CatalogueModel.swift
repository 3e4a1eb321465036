package import ScriberrEngineWire

/// A model that can be used: where its files come from, what they are called and what it can do.
package struct CatalogueModel: Sendable, Hashable {
    /// The name that requests use, such as `whisper-base`.
    package var id: String
    /// The name for people.
    package var name: String
    package var family: ModelFamily
    /// Codes of the languages it knows; empty when that does not matter.
    package var languages: [String]
    /// In the order of ``ModelCard/capabilities``.
    package var capabilities: [String]
    /// The licence's short name.
    package var licence: String
    /// Who is to be named, where the licence asks for it.
    package var attribution: String?
    /// Where the files come from; empty for models that are installed by other means.
    package var sources: [ModelSource]
    /// File names inside the model's folder, by the role that the engine host knows them by.
    package var files: [String: String]
    /// Settings that belong to the model rather than to a job.
    package var parameters: [String: String] = [:]

    /// The bytes to fetch, when all of them are known.
    package var downloadBytes: Int64? {
        let sizes = sources.compactMap(\.sizeBytes)
        return sources.isEmpty || sizes.count < sources.count ? nil : sizes.reduce(0, +)
    }
}

/// One file to fetch for a model.
package struct ModelSource: Sendable, Hashable {
    /// The release tag it lies under.
    package var tag: String
    /// The file's name; `.tar.bz2` archives are unpacked.
    package var file: String
    /// Length in bytes, where published.
    package var sizeBytes: Int64?
    /// SHA-256 as 64 hexadecimal digits, where published.
    package var sha256: String?
    /// The names of the files to take out of the archive's top folder; for a plain file, its own name.
    package var members: [String]

    /// Whether it is an archive.
    package var isArchive: Bool { file.hasSuffix(".tar.bz2") }

    /// Where it is fetched from: below `mirror` when there is one.
    package func url(mirror: String?) -> String {
        let base = mirror ?? "https://github.com/k2-fsa/sherpa-onnx/releases/download"
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(trimmed)/\(tag)/\(file)"
    }
}
