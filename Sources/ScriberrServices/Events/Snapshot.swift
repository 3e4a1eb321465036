import ScriberrCore
import ScriberrStore

/// The present state of what a reader listens to, as the first message of its stream.
enum Snapshot {
    private static let jobsMax = 100

    static func message(_ db: any SQLConnection, _ request: FeedRequest, at sequence: Int64) throws -> FeedMessage {
        FeedMessage(
            sequence: sequence,
            owner: request.owner,
            name: "snapshot",
            subject: "",
            data: try data(db, request)
        )
    }

    /// One job as its events tell of it; for everything, the jobs that wait or run.
    private static func data(_ db: any SQLConnection, _ request: FeedRequest) throws -> String {
        guard let subject = request.subject else {
            let jobs = try TranscriptionSQL.active(db, request.owner, limit: jobsMax)
            return #"{"transcriptions":[\#(jobs.map(json).joined(separator: ","))]}"#
        }
        guard let id = TranscriptionID(subject), let job = try JobSQL.get(db, id, owner: request.owner) else { return "{}" }
        return json(job)
    }

    private static func json(_ job: Transcription) -> String {
        var json = #"{"id":"\#(job.id.text)","status":"\#(job.status.rawValue)","progress":\#(job.progress)"#
        json += #","stage":"\#(job.stage.rawValue)""#
        if let code = job.errorCode { json += #","code":\#(jsonString(code.rawValue))"# }
        if let message = job.errorMessage { json += #","message":\#(jsonString(message))"# }
        return json + "}"
    }
}
