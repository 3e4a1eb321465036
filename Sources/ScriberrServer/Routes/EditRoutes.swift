import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Route {
    /// What people do to a transcript, and what it was before.
    static let edits: [Route] = [
        Route(
            .patch,
            "/api/v1/transcriptions/{id}/transcript",
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                // Whose it is comes before what is wrong with the request.
                _ = try await call.services.transcriptions.get(principal.owner, id)
                let expected = try call.expectedVersion()
                let edits = try TranscriptEdit.parse(await call.intake.collect(upTo: documentBytesMax))
                return .edited(
                    try await call.services.transcriptions.edit(
                        principal.owner,
                        id,
                        edits,
                        expecting: expected,
                        author: principal.username
                    )
                )
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/transcript/versions",
            .scoped(.read) { call, principal in
                let versions = try await call.services.transcriptions.versions(principal.owner, call.id())
                return .list(versions, next: nil) { json, version in
                    json.field("version", version.number)
                    json.field("author", version.author)
                    json.field("changes", version.changes.split(separator: ",").map(String.init))
                    json.field("created_at", version.createdAt)
                }
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/transcript/versions/{version}",
            .scoped(.read) { call, principal in
                let number = try call.version()
                let bytes = try await call.services.transcriptions.transcript(principal.owner, call.id(), version: number)
                return .json(bytes: bytes)
            }
        ),
        Route(
            .post,
            "/api/v1/transcriptions/{id}/transcript/versions/{version}:restore",
            .scoped(.write) { call, principal in
                .edited(
                    try await call.services.transcriptions.restore(
                        principal.owner,
                        call.id(),
                        version: call.version(),
                        expecting: call.expectedVersion(),
                        author: principal.username
                    )
                )
            }
        ),
    ]

    /// Outlines of recordings.
    static let waveforms: [Route] = [
        Route(
            .get,
            "/api/v1/files/{id}/waveform",
            .scoped(.read) { call, principal in
                let id: FileID = try call.id()
                return .waveform(try await call.services.waveforms.outline(principal.owner, id))
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/waveform",
            .scoped(.read) { call, principal in
                let id: TranscriptionID = try call.id()
                return .waveform(try await call.services.waveforms.outline(principal.owner, id))
            }
        ),
    ]

    /// Stopping the queue and letting it go on.
    static let pauses: [Route] = [
        Route(
            .post,
            "/api/v1/admin/queue:pause",
            .scoped(.admin) { call, principal in
                try await call.services.transcriptions.pauseQueue(by: principal.username)
                return .object { $0.field("paused", true) }
            }
        ),
        Route(
            .post,
            "/api/v1/admin/queue:resume",
            .scoped(.admin) { call, principal in
                try await call.services.transcriptions.resumeQueue(by: principal.username)
                return .object { $0.field("paused", false) }
            }
        ),
    ]
}

/// A whole transcript of a day's recording fits. What is read takes about thirty times as much memory.
private let documentBytesMax = 24 << 20

extension Call {
    /// The version that `If-Match` names. Needed: without it, two people who edit at the same time undo each other's work.
    fileprivate func expectedVersion() throws -> ExpectedVersion {
        let text = headers[.ifMatch]?.trimmingBlanks() ?? ""
        if text == "*" { return .any }
        guard text.hasPrefix("\"v"), text.hasSuffix("\""), let number = Int(text.dropFirst(2).dropLast()) else {
            throw ScriberrError(
                .validation,
                #"If-Match names the version that the change was made for, such as "v1", or * for any."#,
                field: "If-Match"
            )
        }
        return .exactly(number)
    }

    fileprivate func version() throws -> Int {
        guard let number = parameters["version"].flatMap({ Int($0) }) else { throw ScriberrError.nothingHere }
        return number
    }
}

extension Answer {
    /// A transcript; a finished one is tagged with its version, so that a change can name it.
    static func transcript(_ transcript: TranscriptAnswer, for call: Call) -> Answer {
        var answer = Answer.json(bytes: transcript.body)
        guard let version = transcript.version else { return answer }
        let tag = "\"v\(version)\""
        answer.headers[.eTag] = tag
        if Validators(entityTag: tag).evaluate(call.headers) == .notModified {
            answer = Answer(status: .notModified, headers: [.eTag: tag])
        }
        return answer
    }

    fileprivate static func edited(_ outcome: EditOutcome) -> Answer {
        let bytes = Array(#"{"version":\#(outcome.version),"#.utf8) + outcome.delta.json.dropFirst()
        var answer = Answer.json(bytes: bytes)
        answer.headers[.eTag] = "\"v\(outcome.version)\""
        return answer
    }

    fileprivate static func waveform(_ outline: WaveformOutline) -> Answer {
        .object { json in
            json.field("seconds", outline.seconds)
            json.field("peaks", outline.peaks)
        }
    }
}
