import HTTPTypes
import Logging
import ScriberrCore
import ScriberrServices

extension Route {
    static let transcriptions: [Route] = [
        Route(
            .post,
            "/api/v1/transcriptions",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let body = try await call.json(TranscriptionBody.self)
                let request = body.request
                return try await call.answering({ .created($0, callback: request.callback) }) { draft in
                    let job = try await call.services.transcriptions.create(
                        principal.owner,
                        fileID: body.fileID ?? "",
                        request,
                        answering: draft
                    )
                    call.logEnqueued(job)
                    return job
                }
            }
        ),
        Route(.post, "/api/v1/transcriptions:submit", idempotency: .own, .scoped(.write) { try await $0.submit($1) }),
        Route(
            .get,
            "/api/v1/transcriptions",
            atOnce: { glance, principal in
                let query = try TranscriptionListQuery(parameters: glance.query)
                return try glance.transcriptions.list(glance.glimpse, principal.owner, query).map { page in
                    .page(page) { $0.listedTranscription($1) }
                }
            },
            .scoped(.read) { call, principal in
                let query = try TranscriptionListQuery(parameters: call.query)
                let (page, matches) = try await call.services.transcriptions.search(principal.owner, query)
                return .page(page) { json, job in
                    json.listedTranscription(job)
                    if query.isSearch { json.match(matches[job.id]) }
                }
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}",
            atOnce: { glance, principal in
                guard glance.query["wait"] == nil else { return nil }
                let found = try glance.transcriptions.get(glance.glimpse, principal.owner, glance.id())
                return found.map { .transcription($0.job, diarization: $0.diarization) }
            },
            .scoped(.read) { call, principal in
                let id: TranscriptionID = try call.id()
                let limit = try call.waitLimit()
                let job =
                    if let limit {
                        try await call.waitForChange(principal.owner, id, limit: limit)
                    } else {
                        try await call.services.transcriptions.get(principal.owner, id)
                    }
                return try await call.whole(principal.owner, job)
            }
        ),
        Route(
            .patch,
            "/api/v1/transcriptions/{id}",
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                let title = try await call.json(TitleBody.self).title ?? ""
                let job = try await call.services.transcriptions.rename(principal.owner, id, title: title)
                return try await call.whole(principal.owner, job)
            }
        ),
        Route(
            .delete,
            "/api/v1/transcriptions/{id}",
            .scoped(.write) { call, principal in
                try await call.services.transcriptions.delete(principal.owner, call.id())
                return .nothing
            }
        ),
        Route(
            .post,
            "/api/v1/transcriptions/{id}:cancel",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                return try await call.answering({ _ in .canceled(id) }) { draft in
                    let job = try await call.services.transcriptions.cancel(principal.owner, id, answering: draft)
                    // Whoever runs a job tells of its end.
                    if job.status.isTerminal {
                        call.logger.info("Canceling transcription job", metadata: ["job_id": "\(id)", "status": "queued"])
                    }
                    return job
                }
            }
        ),
        Route(
            .post,
            "/api/v1/transcriptions/{id}:retry",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                let options = try await call.jsonIfPresent(RetryBody.self)?.options ?? OptionsPatch()
                return try await call.answering({ .queued($0, from: id) }) { draft in
                    let service = call.services.transcriptions
                    let job = try await service.retry(principal.owner, id, options: options, answering: draft)
                    call.logEnqueued(job)
                    return job
                }
            }
        ),
    ]
}

extension Call {
    /// A job in full.
    fileprivate func whole(_ owner: UserID, _ job: Transcription) async throws -> Answer {
        let speakers = try await services.transcriptions.diarization(of: job)
        let place = job.status == .queued ? try await services.transcriptions.place(owner, job.id) : nil
        return .transcription(job, place: place, diarization: speakers)
    }

    /// Notes that a request has queued a job.
    func logEnqueued(_ job: Transcription) {
        logger.info("Transcription job enqueued", metadata: ["job_id": "\(job.id)"])
    }

    /// Takes a recording and queues a job for it.
    fileprivate func submit(_ principal: Principal) async throws -> Answer {
        let form = try await receiveForm(principal.owner) { fields in
            // What came before the file is checked before the file is stored. What comes behind it is checked at the end.
            guard ["options", "profile_id", "callback_url", "retention"].contains(where: { fields[$0] != nil }) else { return }
            try await services.transcriptions.check(principal.owner, NewTranscription(fields: fields))
        }
        return try await onceByForm(principal, form) { call in
            let request = try NewTranscription(fields: form.fields)
            return try await call.answering({ .submitted($0, callback: request.callback).located($0) }) { draft in
                let job = try await services.transcriptions.submit(form.upload, request, answering: draft)
                logEnqueued(job)
                return job
            }
        }
    }
}

extension NewTranscription {
    fileprivate init(fields: FormFields) throws {
        self.init(
            title: fields["title"],
            profileID: fields["profile_id"],
            options: try OptionsPatch(text: fields["options"] ?? ""),
            joinsRunning: try Self.flag(fields["join_running"]),
            callback: fields["callback_url"].flatMap { $0.isEmpty ? nil : JobCallback(url: $0) },
            retention: try RetentionBody(text: fields["retention"] ?? "")?.rules
        )
    }
}

extension NewTranscription {
    private static func flag(_ text: String?) throws -> Bool {
        switch text {
        case nil, "", "false": false
        case "true": true
        default: throw ScriberrError(.validation, "join_running must be true or false", field: "join_running")
        }
    }
}

private struct TranscriptionBody: Decodable {
    var fileID: String?
    var title: String?
    var profileID: String?
    var options: OptionsPatch?
    var joinsRunning: Bool?
    var callbackURL: String?
    var retention: RetentionBody?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case title
        case profileID = "profile_id"
        case options, retention
        case joinsRunning = "join_running"
        case callbackURL = "callback_url"
    }

    var request: NewTranscription {
        NewTranscription(
            title: title,
            profileID: profileID,
            options: options ?? OptionsPatch(),
            joinsRunning: joinsRunning ?? false,
            callback: callbackURL.flatMap { $0.isEmpty ? nil : JobCallback(url: $0) },
            retention: retention?.rules
        )
    }
}

private struct RetryBody: Decodable {
    var options: OptionsPatch?
}
