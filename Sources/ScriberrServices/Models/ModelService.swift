package import ScriberrCore

/// The models, and whether options fit them.
package struct ModelService: Sendable {
    package init(directory: any ModelDirectory) {}

    /// Every model; those with all of `capabilities`, if any are named.
    package func list(capabilities: [String] = []) async throws -> [ModelListing] { throw NotYet() }

    /// Throws `VALIDATION_ERROR` with field `options.…` for what the model cannot do or no model knows.
    package func validate(_ options: TranscriptionOptions) async throws { throw NotYet() }
}
