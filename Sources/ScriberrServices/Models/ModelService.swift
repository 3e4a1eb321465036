package import ScriberrCore

/// The models, and whether options fit them.
package struct ModelService: Sendable {
    private let directory: any ModelDirectory

    package init(directory: any ModelDirectory) { self.directory = directory }

    /// Every model; those with all of `capabilities`, if any are named.
    package func list(capabilities: [String] = []) async throws -> [ModelListing] {
        try await directory.models().filter { Set($0.capabilities).isSuperset(of: capabilities) }
    }

    /// Throws `VALIDATION_ERROR` with field `options.…` for what the model cannot do or no model knows.
    package func validate(_ options: TranscriptionOptions) async throws {
        let models = try await directory.models()
        let transcribing = models.filter { $0.capabilities.contains("transcription") }
        if options.diarization, !models.contains(where: { $0.capabilities.contains("diarization") }) {
            throw wrong("diarization", "No model here tells speakers apart.")
        }
        guard let model = try chosen(options.model, of: transcribing) else { return }
        if let language = options.language, !model.languages.isEmpty, !model.languages.contains(language) {
            let known = model.languages.prefix(100).joined(separator: ", ")
            throw wrong("language", "`\(model.id)` does not know this language. It knows: \(known).")
        }
        if options.task == .translate, !model.capabilities.contains("translation") {
            throw wrong("task", "`\(model.id)` does not translate.")
        }
        if !options.hotwords.isEmpty, !model.capabilities.contains("hotwords") {
            throw wrong("hotwords", "`\(model.id)` does not take hotwords.")
        }
    }

    /// The model that a job would use; nil when the default is not in the list, which the engines decide about later.
    private func chosen(_ id: String?, of models: [ModelListing]) throws -> ModelListing? {
        guard let id else { return models.first(where: \.isDefault) }
        guard let model = models.first(where: { $0.id == id }) else {
            let known = models.map(\.id).joined(separator: ", ")
            throw wrong("model", "There is no such transcription model. There are: \(known).")
        }
        return model
    }

    private func wrong(_ field: String, _ message: String) -> ScriberrError {
        ScriberrError(.validation, message, field: "options.\(field)")
    }
}
