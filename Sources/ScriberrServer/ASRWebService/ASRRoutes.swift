import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Route {
    /// The API of whisper-asr-webservice, which Bazarr, Obsidian's plug-ins and others speak.
    static let asrWebService: [Route] = [
        Route(.post, "/asr", .guest(.write) { call, principal in try await naming { try await call.asr(principal) } }),
        Route(
            .post,
            "/detect-language",
            .guest(.write) { call, principal in try await naming { try await call.detectLanguage(principal) } }
        ),
    ]
}

extension Call {
    fileprivate func asr(_ principal: Principal) async throws -> Answer {
        let request = try ASRRequest(query: query)
        let job = NewTranscription(options: request.options, joinsRunning: true)
        try await services.transcriptions.check(principal.owner, job)
        let form = try await receiveForm(principal.owner, ASRRequest.form(isEncoded: request.isEncoded))
        let submitted = try await services.transcriptions.submit(form.upload, job)
        let ended = try await waitForEnd(principal.owner, submitted.id)
        var transcript = try await text(of: ended, principal)
        if request.output == .json, !request.wantsWords { transcript.words = [] }
        let export = try TranscriptExports.named(request.exportName)
        var options = ExportOptions(speakers: request.tellsSpeakers, title: ended.title)
        options.durationSeconds = ended.audioSeconds
        var headers = guestHeaders(ended, ignored: request.ignored)
        headers[.contentType] = request.output == .json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8"
        headers[.asrEngine] = "scriberr"
        headers[.contentDisposition] = contentDisposition(
            "attachment",
            cleanFileName(ended.title, "\(request.output.rawValue)")
        )
        return Answer(status: .ok, headers: headers, body: .bytes(export.render(transcript, options)))
    }

    /// Listens to the first half minute, or to all where the model takes no parts. The job leaves nothing behind.
    fileprivate func detectLanguage(_ principal: Principal) async throws -> Answer {
        let request = try ASRRequest(query: query)
        var job = NewTranscription(options: request.options)
        job.options.end = .value(30)
        do {
            try await services.transcriptions.check(principal.owner, job)
        } catch let error as ScriberrError where error.field == "options.end" {
            job.options.end = .null
        }
        let form = try await receiveForm(principal.owner, ASRRequest.form(isEncoded: request.isEncoded))
        let submitted = try await services.transcriptions.submit(form.upload, job)
        let ended: Transcription
        do {
            ended = try await waitForEnd(principal.owner, submitted.id)
            _ = try await text(of: ended, principal)
        } catch {
            try await forget(submitted, principal)
            throw error
        }
        try await forget(submitted, principal)
        guard let code = try await language(of: ended) else {
            throw ScriberrError(.mediaUnreadable, "No language was recognized in the first 30 seconds.", field: "audio_file")
        }
        var answer = Answer.object { json in
            json.field("detected_language", LanguageNames.english(code))
            json.field("language_code", code)
        }
        answer.headers[.asrEngine] = "scriberr"
        return answer
    }

    /// What the model heard, or the one language that it knows.
    private func language(of job: Transcription) async throws -> String? {
        if let code = job.detectedLanguage { return code }
        guard !job.warnings.contains(where: { $0.code == "NO_SPEECH" }), let name = job.engine.transcriptionModel else {
            return nil
        }
        let model = try await services.models.list().first { $0.id == name }
        return model?.languages.count == 1 ? model?.languages.first : nil
    }

    private func forget(_ job: Transcription, _ principal: Principal) async throws {
        do {
            try await services.transcriptions.delete(principal.owner, job.id)
            try await services.library.delete(principal.owner, job.fileID)
        } catch let error as ScriberrError where error.code == .notFound {
            // Somebody else was faster.
        }
    }
}

/// Names parameters as this API does: `language`, not `options.language`.
private func naming(_ run: () async throws -> Answer) async throws -> Answer {
    do {
        return try await run()
    } catch let error as ScriberrError {
        guard let field = error.field, field.hasPrefix("options.") else { throw error }
        throw ScriberrError(
            error.code,
            error.message,
            field: String(field.dropFirst("options.".count)),
            disposition: error.disposition,
            detail: error.detail
        )
    }
}

extension ASRRequest {
    fileprivate var exportName: String {
        switch output {
        case .json: tellsSpeakers ? "whisperx" : "whisper"
        default: output.rawValue
        }
    }
}
