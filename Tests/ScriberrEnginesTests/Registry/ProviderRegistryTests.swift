import ScriberrCore
import Synchronization
import Testing

@testable import ScriberrEngines

struct ProviderRegistryTests {
    private func card(_ id: String, _ provider: String, installed: Bool = true, languages: [String] = ["en"]) -> ModelCard {
        ModelCard(
            id: id,
            name: id,
            provider: provider,
            installed: installed,
            capabilities: ["transcription"],
            languages: languages
        )
    }

    private func registry(
        defaultInstalled: Bool,
        canFetch: Bool = false,
        offline: String? = "pocketsphinx-en-us"
    ) throws -> ProviderRegistry {
        let cards = [card("whisper-base", "local", installed: defaultInstalled), card("pocketsphinx-en-us", "local")]
        return try ProviderRegistry(
            [StubProvider("local", cards, canFetch: canFetch)],
            defaults: ProviderRegistry.ModelDefaults(offline: offline)
        )
    }

    private func chosen(by registry: ProviderRegistry, requested: String?, language: String? = nil) async throws -> String {
        try await registry.transcriber(for: TranscriptionOptions(model: requested, language: language)).model
    }

    @Test(arguments: [["local", "local"], ["local", ""], ["remote"], []])
    func `ids must be unique, not empty, and hold the default`(ids: [String]) {
        #expect(throws: ScriberrError.self) { _ = try ProviderRegistry(ids.map { StubProvider($0, []) }) }
    }

    @Test func `models come provider by provider in ascending order`() async throws {
        let providers = [StubProvider("remote", [card("r", "remote")]), StubProvider("local", [card("l", "local")])]
        let ids = try await ProviderRegistry(providers).models().map(\.id)
        #expect(ids == ["l", "r"])
    }

    @Test func `a failing provider does not hide the others`() async throws {
        let providers = [StubProvider("broken", nil), StubProvider("local", [card("l", "local")])]
        let registry = try ProviderRegistry(providers)
        #expect(try await registry.models().map(\.id) == ["l"])
        #expect(try await registry.transcriber(for: TranscriptionOptions(model: "l")).provider.id == "local")
    }

    @Test func `when none can tell, the error is told`() async throws {
        let registry = try ProviderRegistry([StubProvider("local", nil)])
        await #expect(throws: ScriberrError.self) { _ = try await registry.models() }
    }

    @Test func `a named model is never replaced`() async throws {
        let registry = try registry(defaultInstalled: false)
        let chosen = try await registry.transcriber(for: TranscriptionOptions(model: "whisper-base"))
        #expect(chosen.model == "whisper-base" && chosen.warning == nil)
        await #expect {
            _ = try await registry.transcriber(for: TranscriptionOptions(model: "nothing"))
        } throws: {
            ($0 as? ScriberrError)?.code == .modelUnavailable
        }
    }

    @Test func `the default model is used when it is there or can be fetched`() async throws {
        #expect(try await chosen(by: registry(defaultInstalled: true), requested: nil) == "whisper-base")
        #expect(try await chosen(by: registry(defaultInstalled: false, canFetch: true), requested: nil) == "whisper-base")
    }

    @Test func `the offline model steps in with a warning`() async throws {
        let chosen = try await registry(defaultInstalled: false).transcriber(for: TranscriptionOptions(language: "en"))
        #expect(chosen.model == "pocketsphinx-en-us")
        #expect(chosen.warning?.code == "OFFLINE_FALLBACK")
    }

    @Test(arguments: [TranscriptionOptions(task: .translate), TranscriptionOptions(hotwords: ["Scriberr"])])
    func `the offline model does not step in for what it cannot do`(_ options: TranscriptionOptions) async throws {
        let chosen = try await registry(defaultInstalled: false).transcriber(for: options)
        #expect(chosen.model == "whisper-base" && chosen.warning == nil)
    }

    @Test func `the offline model does not step in for a language it does not know, nor when it is switched off`() async throws {
        #expect(try await chosen(by: registry(defaultInstalled: false), requested: nil, language: "de") == "whisper-base")
        #expect(try await chosen(by: registry(defaultInstalled: false, offline: nil), requested: nil) == "whisper-base")
    }

    @Test func `closing closes every provider`() async throws {
        let providers = [StubProvider("a", []), StubProvider("local", [])]
        await (try ProviderRegistry(providers)).close()
        #expect(providers.map(\.isClosed) == [true, true])
    }
}

/// A provider that only tells its models; nil makes it fail.
private final class StubProvider: Provider {
    let id: String
    private let cards: [ModelCard]?
    private let canFetch: Bool
    private let closed = Mutex(false)

    init(_ id: String, _ cards: [ModelCard]?, canFetch: Bool = false) {
        self.id = id
        self.cards = cards
        self.canFetch = canFetch
    }

    var isClosed: Bool { closed.withLock { $0 } }

    func models() async throws -> [ModelCard] {
        guard let cards else { throw ScriberrError(.remoteFailed, "away") }
        return cards
    }
    func prepare(model: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {}
    func canPrepare(model: String) async -> Bool { canFetch || cards?.contains { $0.id == model && $0.installed } == true }
    func transcribe(
        _ request: TranscriptionRequest,
        onEvent: @Sendable (TranscriptionEvent) async throws -> Void
    ) async throws -> TranscriptionReport {
        TranscriptionReport(audioSeconds: 0, speechSeconds: 0)
    }
    func diarize(_ request: DiarizationRequest, onProgress: @Sendable (Double) async throws -> Void) async throws -> [SpeakerTurn]
    { [] }
    func close() async { closed.withLock { $0 = true } }
}
