import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    /// OpenAI's audio API. The paths without `/v1` serve clients whose base address leaves it out.
    static let openAI: [Route] =
        ["/v1", ""].flatMap { base in
            [
                Route(.post, base + "/audio/transcriptions", .guest(.write) { try await $0.speech(.transcribe, $1) }),
                Route(.post, base + "/audio/translations", .guest(.write) { try await $0.speech(.translate, $1) }),
            ]
        } + [
            Route(.get, "/v1/models", .guest(.read) { call, _ in try await call.listModels() }),
            // Names of models may hold slashes.
            Route(.get, "/v1/models/{a}", .guest(.read) { call, _ in try await call.showModel() }),
            Route(.get, "/v1/models/{a}/{b}", .guest(.read) { call, _ in try await call.showModel() }),
            Route(.get, "/v1/models/{a}/{b}/{c}", .guest(.read) { call, _ in try await call.showModel() }),
        ]

    /// Whether failures on a path have OpenAI's form.
    static func speaksOpenAI(_ path: String) -> Bool {
        path == "/v1" || path.hasPrefix("/v1/") || path.hasPrefix("/audio/trans")
    }
}

extension Call {
    /// A client that gives up and sends again finds the result of its first try for so long.
    private static let resendWindow = Duration.seconds(3_600)
    private static let form = FormShape(
        fileNames: ["file", "audio_file"],
        unread: ["known_speaker_references", "known_speaker_references[]"],
        partsMax: 256,
        leavesEnd: true
    )

    /// Takes a recording, and answers when its text is there or while it grows.
    fileprivate func speech(_ task: SpeechTask, _ principal: Principal) async throws -> Answer {
        let form = try await receiveForm(principal.owner, Self.form) { fields in
            // The SDKs send the file last: what is wrong is said before it is stored.
            if fields.has("model") { try await services.transcriptions.check(principal.owner, order(fields, task).job) }
        }
        do {
            let order = try await order(form.fields, task)
            let job = try await services.transcriptions.submit(form.upload, order.job)
            if order.request.streams { return textStream(job, order.request, principal) }
            return try await finished(waitForEnd(principal.owner, job.id), order.request, principal)
        } catch {
            // Harmless when the upload was used up.
            await form.upload.abort()
            throw error
        }
    }

    private struct Order {
        var request: SpeechRequest
        var job: NewTranscription
    }

    private func order(_ fields: FormFields, _ task: SpeechTask) async throws -> Order {
        var request = try SpeechRequest(fields, task: task, aliases: server.options.modelAliases)
        let models = try await services.models.list(capabilities: ["transcription"])
        let isKnown = server.options.modelAliases.has(request.model) || models.contains { $0.id == request.model }
        guard isKnown else {
            throw ScriberrError(.notFound, "The model `\(request.model)` does not exist here.", field: "model")
        }
        if request.languages.count > 1 { try narrow(&request, models) }
        // The SDKs send again after ten minutes, without a word that it is the same request.
        let isResent = Int(headers[.retryCount] ?? "").map { $0 > 0 } ?? false
        return Order(
            request: request,
            job: NewTranscription(
                options: request.options,
                joinsRunning: true,
                joinsCompletedWithin: isResent ? Self.resendWindow : nil
            )
        )
    }

    /// Of several languages those count that the model knows: none is an error, one is the language, more are left to it.
    private func narrow(_ request: inout SpeechRequest, _ models: [ModelListing]) throws {
        guard case .value(let id) = request.options.model, let model = models.first(where: { $0.id == id }),
            !model.languages.isEmpty
        else { return }
        let known = request.languages.filter(model.languages.contains)
        guard !known.isEmpty else {
            throw fieldError("languages[]", "`\(request.model)` knows none of these languages.")
        }
        if known.count == 1 { request.options.language = .value(known[0]) }
    }

    // MARK: Models

    fileprivate func listModels() async throws -> Answer {
        let names = try await modelNames()
        return .object { json in
            json.field("object", "list")
            json.objects("data", names) { $0.openAIModel($1) }
        }
    }

    fileprivate func showModel() async throws -> Answer {
        let wanted = ["a", "b", "c"].compactMap { parameters[$0] }.joined(separator: "/")
        guard let model = try await modelNames().first(where: { $0.name == wanted }) else {
            throw ScriberrError(.notFound, "The model `\(wanted.prefix(200))` does not exist here.", field: "model")
        }
        return .object { $0.openAIModel(model) }
    }

    private func modelNames() async throws -> [(name: String, owner: String)] {
        let models = try await services.models.list(capabilities: ["transcription"])
        let own = models.map { (name: $0.id, owner: $0.provider) }
        let aliases = server.options.modelAliases.names.filter { name in !models.contains { $0.id == name } }
        return aliases.map { (name: $0, owner: "scriberr") } + own
    }
}

extension JSONWriter {
    /// Writes the fields of a model. When it was made is not known here.
    fileprivate mutating func openAIModel(_ model: (name: String, owner: String)) {
        field("id", model.name)
        field("object", "model")
        field("created", 0)
        field("owned_by", model.owner)
    }
}
