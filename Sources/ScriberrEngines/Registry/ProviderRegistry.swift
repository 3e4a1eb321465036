package import Logging
package import ScriberrCore

/// All speech engines of this server. Providers are told apart by their id; the default one is asked first.
package struct ProviderRegistry: Sendable {
    /// The provider that serves requests naming no model.
    package let defaultProvider: any Provider
    /// In ascending order of their ids.
    package let providers: [any Provider]
    /// Which models are meant when a request names none.
    package let defaults: ModelDefaults
    private let logger: Logger

    /// Models by what they are for.
    package struct ModelDefaults: Sendable, Hashable {
        package var transcription: String
        package var diarization: String
        /// Used instead of ``transcription`` when that is not to be had; nil to fail then.
        package var offline: String?

        package init(
            transcription: String = ModelCatalogue.defaultModel,
            diarization: String = ModelCatalogue.defaultDiarizationModel,
            offline: String? = ModelCatalogue.offlineModel
        ) {
            self.transcription = transcription
            self.diarization = diarization
            self.offline = offline
        }
    }

    /// Throws `VALIDATION_ERROR` when an id is empty or used twice, or when there is no provider of the default id.
    package init(
        _ providers: [any Provider],
        defaultID: String = LocalProvider.providerID,
        defaults: ModelDefaults = ModelDefaults(),
        logger: Logger = Logger(label: "scriberr.engines")
    ) throws {
        let ids = providers.map(\.id)
        guard !ids.contains("") else { throw Self.invalid("A speech engine provider has no id.") }
        if let twice = ids.first(where: { id in ids.count { $0 == id } > 1 }) {
            throw Self.invalid("Two speech engine providers have the id \(twice).")
        }
        guard let defaultProvider = providers.first(where: { $0.id == defaultID }) else {
            throw Self.invalid("There is no speech engine provider \(defaultID).")
        }
        self.defaultProvider = defaultProvider
        self.providers = providers.sorted { $0.id < $1.id }
        self.defaults = defaults
        self.logger = logger
    }

    /// The models of all providers, provider by provider in ascending order of their ids. One that cannot tell is left out and
    /// logged; only when none can does this throw the first error.
    package func models() async throws -> [ModelCard] {
        var cards: [ModelCard] = []
        var failures: [any Error] = []
        for provider in providers {
            do {
                cards += try await provider.models()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures.append(error)
                logger.warning(
                    "a provider cannot tell its models",
                    metadata: ["provider": "\(provider.id)", "error": "\(error)"]
                )
            }
        }
        if let first = failures.first, failures.count == providers.count { throw first }
        return cards
    }

    /// Throws `VALIDATION_ERROR` with field `options.…` for what no model, or not the model asked for, can do.
    package func validate(_ options: TranscriptionOptions) async throws {
        try OptionRules(cards: try await models(), defaultModel: defaults.transcription).check(options)
    }

    /// The provider and model for a request. A named model is never replaced: it is known or `MODEL_UNAVAILABLE` is thrown. When
    /// none is named and the default one is not to be had, the offline model does it, with a warning; but only what it can do: a
    /// language that it does not know or a translation waits for the default one.
    package func transcriber(for options: TranscriptionOptions) async throws -> ChosenModel {
        if let requested = options.model { return try await named(requested) }
        let usual = ChosenModel(provider: defaultProvider, model: defaults.transcription)
        guard let offline = defaults.offline, offline != usual.model else { return usual }
        if await defaultProvider.canPrepare(model: usual.model) { return usual }
        guard await isUsable(offline, for: options) else { return usual }
        return ChosenModel(
            provider: defaultProvider,
            model: offline,
            warning: JobWarning(
                code: "OFFLINE_FALLBACK",
                message: "The model \(usual.model) is not installed and cannot be downloaded now, so the offline model "
                    + "\(offline) was used. Its text has far more errors."
            )
        )
    }

    /// The provider and model that tell speakers apart; the default one when none is named.
    package func diarizer(requested: String? = nil) async throws -> ChosenModel {
        do {
            return try await named(requested ?? defaults.diarization)
        } catch let error as ScriberrError where error.field != nil {
            throw ScriberrError(error.code, error.message, field: "options.diarization_model")
        }
    }

    /// Closes every provider.
    package func close() async {
        await withTaskGroup { group in
            for provider in providers { group.addTask { await provider.close() } }
        }
    }

    private func named(_ model: String) async throws -> ChosenModel {
        for provider in [defaultProvider] + providers.filter({ $0.id != defaultProvider.id }) {
            // A provider that cannot tell its models does not hide the others.
            guard let cards = try? await provider.models(), cards.contains(where: { $0.id == model }) else { continue }
            return ChosenModel(provider: provider, model: model)
        }
        throw ScriberrError(.modelUnavailable, "The model \(model) is not known here.", field: "options.model")
    }

    private func isUsable(_ model: String, for options: TranscriptionOptions) async -> Bool {
        // A provider that cannot tell its models has none to use.
        guard let cards = try? await defaultProvider.models(), cards.contains(where: { $0.id == model && $0.installed }) else {
            return false
        }
        do {
            try OptionRules(cards: cards, defaultModel: model).checkTranscriber(options)
            return true
        } catch {
            return false
        }
    }

    private static func invalid(_ message: String) -> ScriberrError { ScriberrError(.validation, message) }
}

/// A provider and one of its models.
package struct ChosenModel: Sendable {
    package var provider: any Provider
    package var model: String
    /// Set when the choice is not what the request would have liked.
    package var warning: JobWarning?

    package init(provider: any Provider, model: String, warning: JobWarning? = nil) {
        self.provider = provider
        self.model = model
        self.warning = warning
    }
}
