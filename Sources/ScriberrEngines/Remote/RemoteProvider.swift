import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
package import ScriberrCore

/// An OpenAI-compatible server as an engine. Recordings leave this machine when its models are asked for by name, and only then:
/// nothing falls back to it.
package struct RemoteProvider: Provider {
    package var id: String { settings.id }

    private static let answerBytesMax = 64 << 20

    private let settings: RemoteSettings
    /// How often a request that is under way is told of.
    private let beat: Duration
    private let client: HTTPClient
    private let logger: Logger

    /// Connects to nothing before the first request. ``close()`` must be called.
    package init(settings: RemoteSettings, logger: Logger = Logger(label: "scriberr.engines.remote")) {
        self.init(settings: settings, logger: logger, beat: .seconds(5))
    }

    init(settings: RemoteSettings, logger: Logger, beat: Duration) {
        self.settings = settings
        self.beat = beat
        self.logger = logger
        var configuration = HTTPClient.Configuration()
        // A redirect could take recording and key to another host.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    package func models() async throws -> [ModelCard] {
        settings.models.map { model in
            ModelCard(
                id: "\(id)/\(model)",
                name: "\(model) (\(id))",
                provider: id,
                installed: true,
                capabilities: ["transcription", "word_timestamps", "translation", "language_detection", "hotwords"],
                family: "openai",
                takesParts: false
            )
        }
    }

    package func prepare(model: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        _ = try remoteName(model)
    }

    package func transcribe(
        _ request: TranscriptionRequest,
        onEvent: @Sendable (TranscriptionEvent) async throws -> Void
    ) async throws -> TranscriptionReport {
        let form = try form(for: request)
        // The whole recording is one piece, and that piece is done.
        guard request.finishedPieces == 0 else { return TranscriptionReport(audioSeconds: 0, speechSeconds: 0) }
        try await onEvent(.started(audioSeconds: nil))
        let path = request.task == .translate ? "audio/translations" : "audio/transcriptions"
        let answer = try await beating(every: beat, for: settings.timeout) {
            try await ask(form, to: path)
        } onBeat: {
            try await onEvent(.position(0))
        }
        let piece = answer.piece(index: 0)
        try await onEvent(.started(audioSeconds: piece.end))
        try await onEvent(.piece(piece))
        try await onEvent(.position(piece.end))
        let speech = (piece.segments.isEmpty ? piece.words.map { $0.end - $0.start } : piece.segments.map { $0.end - $0.start })
        return TranscriptionReport(audioSeconds: piece.end, speechSeconds: speech.reduce(0, +))
    }

    package func diarize(
        _ request: DiarizationRequest,
        onProgress: @Sendable (Double) async throws -> Void
    ) async throws -> [SpeakerTurn] {
        throw ScriberrError(.unsupportedOption, "The remote engine does not tell speakers apart.", field: "options.diarization")
    }

    package func close() async {
        do {
            try await client.shutdown()
        } catch {
            // A second call; nothing is open any more.
            logger.debug("remote client was closed before", metadata: ["error": "\(error)"])
        }
    }

    /// Asks the server for its models, within seconds. Throws `REMOTE_FAILED` when it cannot be reached or does not take the key,
    /// and answers which of the configured models it does not name.
    package func check() async throws -> [String] {
        var request = HTTPClientRequest(url: "\(base)/models")
        authorize(&request)
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 4 << 20)
            guard response.status == .ok else {
                throw RemoteFailure.refusal(Int(response.status.code), body, hiding: settings.apiKey)
            }
            let named = try JSONDecoder().decode(ModelNames.self, from: Data(body.readableBytesView)).data.map(\.id)
            return settings.models.filter { !named.contains($0) }
        } catch {
            try Task.checkCancellation()
            throw RemoteFailure.error(error)
        }
    }

    private struct ModelNames: Decodable {
        var data: [Name]

        struct Name: Decodable { var id: String }
    }

    // MARK: Asking

    private var base: String { settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL }

    private func authorize(_ request: inout HTTPClientRequest) {
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "scriberr")
        if let key = settings.apiKey { request.headers.add(name: "authorization", value: "Bearer \(key)") }
    }

    private func form(for request: TranscriptionRequest) throws -> MultipartUpload {
        guard request.start == nil, request.end == nil else {
            throw ScriberrError(
                .unsupportedOption,
                "The remote engine takes whole recordings only.",
                field: request.start == nil ? "options.end" : "options.start"
            )
        }
        var fields = [("model", try remoteName(request.model)), ("response_format", "verbose_json")]
        if let language = request.language, request.task == .transcribe { fields.append(("language", language)) }
        if !request.hotwords.isEmpty { fields.append(("prompt", request.hotwords.joined(separator: ", "))) }
        if request.task == .transcribe {
            fields += [("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")]
        }
        return try MultipartUpload(fields: fields, path: request.audioPath)
    }

    private func remoteName(_ model: String) throws -> String {
        guard let name = settings.models.first(where: { "\(id)/\($0)" == model }) else {
            throw ScriberrError(.modelUnavailable, "The model \(model) is not known here.", field: "options.model")
        }
        return name
    }

    private func ask(_ form: MultipartUpload, to path: String) async throws -> RemoteAnswer {
        var request = HTTPClientRequest(url: "\(base)/\(path)")
        request.method = .POST
        request.headers.add(name: "content-type", value: "multipart/form-data; boundary=\(form.boundary)")
        authorize(&request)
        request.body = .stream(form, length: .known(form.byteCount))
        do {
            let response = try await client.execute(request, timeout: .milliseconds(settings.timeout.wholeMilliseconds))
            let body = try await response.body.collect(upTo: Self.answerBytesMax)
            guard response.status == .ok else {
                throw RemoteFailure.refusal(Int(response.status.code), body, hiding: settings.apiKey)
            }
            let answer = try JSONDecoder().decode(RemoteAnswer.self, from: Data(body.readableBytesView))
            guard answer.hasText else { throw RemoteFailure.noText(answer.problem, hiding: settings.apiKey) }
            return answer
        } catch {
            try Task.checkCancellation()
            throw RemoteFailure.error(error)
        }
    }
}
