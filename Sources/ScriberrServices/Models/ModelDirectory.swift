/// A model as clients see it.
package struct ModelListing: Sendable, Hashable {
    package var id: String
    package var name: String
    package var provider: String
    package var installed: Bool
    /// Whether it is used where a request names none.
    package var isDefault: Bool
    package var capabilities: [String]
    package var languages: [String]
    package var sizeBytes: Int64?
    package var licence: String?
    package var family: String

    package init(
        id: String,
        name: String,
        provider: String,
        installed: Bool,
        isDefault: Bool,
        capabilities: [String],
        languages: [String] = [],
        sizeBytes: Int64? = nil,
        licence: String? = nil,
        family: String = ""
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.installed = installed
        self.isDefault = isDefault
        self.capabilities = capabilities
        self.languages = languages
        self.sizeBytes = sizeBytes
        self.licence = licence
        self.family = family
    }
}

/// What the services need of the engines: which models there are.
package protocol ModelDirectory: Sendable {
    /// Every model of every provider, transcription first. Throws when a provider cannot tell.
    func models() async throws -> [ModelListing]
}
