import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Route {
    static let results: [Route] = [
        Route(
            .get,
            "/api/v1/transcriptions/{id}/transcript",
            .scoped(.read) { call, principal in
                var answer: Answer
                if let export = try call.export() {
                    answer = try await call.exported(export, principal)
                } else {
                    answer = .transcript(try await call.services.transcriptions.transcript(principal.owner, call.id()), for: call)
                }
                answer.headers.append(HTTPField(name: .vary, value: "Accept"))
                return answer
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/audio",
            takesSignedAddress: true,
            .scoped(.read) { call, principal in
                .audio(try await call.services.transcriptions.audio(principal.owner, call.id()), for: call)
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/executions",
            .scoped(.read) { call, principal in
                .list(try await call.services.transcriptions.executions(principal.owner, call.id()), next: nil) {
                    $0.execution($1)
                }
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/logs",
            .scoped(.read) { call, principal in
                let text = try await call.services.transcriptions.logs(principal.owner, call.id())
                return Answer(
                    status: .ok,
                    headers: [.contentType: "text/plain; charset=utf-8"],
                    body: .bytes(Array(text.utf8))
                )
            }
        ),
    ]
}

extension Call {
    /// The format that the request asks for by `format` or `Accept`; nil for the API's own JSON.
    fileprivate func export() throws -> (any TranscriptExport)? {
        if let name = query["format"], !name.isEmpty { return try TranscriptExports.named(name) }
        return headers[.accept].flatMap(TranscriptExports.accepted)
    }

    /// The finished transcript as a file.
    fileprivate func exported(_ export: any TranscriptExport, _ principal: Principal) async throws -> Answer {
        let id: TranscriptionID = try id()
        let file = try await rendered(export, try await services.transcriptions.get(principal.owner, id))
        return Answer(
            status: .ok,
            headers: [
                .contentType: export.format.mediaType,
                .contentDisposition: contentDisposition("attachment", file.name),
            ],
            body: .bytes(file.bytes)
        )
    }
}

extension Call {
    /// A finished transcript in a format, with the query's options. Throws `CONFLICT` while there is none.
    func rendered(_ export: any TranscriptExport, _ job: Transcription) async throws -> (name: String, bytes: [UInt8]) {
        var options = try ExportOptions(parameters: query.filter { $0.key != "format" }, title: job.title)
        options.task = job.options.task
        options.durationSeconds = job.audioSeconds
        let edition = try await services.transcriptions.finishedEdition(job.owner, job.id)
        options.speakerNames = edition.speakers.merging(options.speakerNames) { $1 }
        return (cleanFileName(job.title, export.format.fileExtension), export.render(edition.transcript, options))
    }
}
