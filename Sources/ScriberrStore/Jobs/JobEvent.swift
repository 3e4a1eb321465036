import ScriberrCore

/// The event that a transition of a job leaves in the log. A new job leaves two: that it is there, and that it waits.
struct JobEvent {
    var job: TranscriptionID
    var owner: UserID
    var type: EventType
    var status: JobStatus
    var progress: Double
    var stage: JobStage
    var code: ScriberrError.Code?
    var message: String?
    /// When a retry is due.
    var retryAt: Timestamp?

    func append(_ connection: any SQLConnection, at now: Timestamp) throws {
        try EventLog.note(connection, owner: owner, subject: job.text, type: type, payload: payload, at: now)
    }

    /// The keys are the contract's; all values but the message are of our own alphabet.
    var payload: String {
        var json = #"{"id":"\#(job.text)","status":"\#(status.rawValue)","progress":\#(progress),"stage":"\#(stage.rawValue)""#
        if let code { json += #","code":\#(jsonString(code.rawValue))"# }
        if let message { json += #","message":\#(jsonString(message))"# }
        if let retryAt { json += #","retry_at":"\#(retryAt.rfc3339)""# }
        return json + "}"
    }
}

extension JobEvent {
    /// The types of the events of a job that was just put into the queue, in order.
    static let births: [EventType] = [.transcriptionCreated, .transcriptionQueued]

    /// The events of a job that was just put into the queue; they differ by their types.
    init(born job: Transcription, _ type: EventType = .transcriptionCreated) {
        self.init(job: job.id, owner: job.owner, type: type, status: .queued, progress: 0, stage: .queued)
    }

    /// ``births`` as a table of a statement: rows are made in its order, for each job or for all of them.
    static let birthTable = "(VALUES \(births.map { "('\($0.rawValue)')" }.joined(separator: ", "))) AS born (type)"
}

/// `text` as a JSON string.
package func jsonString(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\r": json += "\\r"
        case "\t": json += "\\t"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: json.unicodeScalars.append(scalar)
        }
    }
    return json + "\""
}
