import Foundation
package import ScriberrCore
import Synchronization

extension Transcription {
    /// The columns that ``init(row:)`` reads, in its order.
    package static let columns = """
        id, owner, file_id, diarizes, title, status, options, priority, queued_at, run_after, attempt, failures, crashes, max_attempts, \
        claimed_by, lease_expires_at, cancel_requested_at, progress, stage, warnings, error_code, error_message, \
        detected_language, audio_seconds, engine_provider, engine_model, engine_diarization_model, created_at, updated_at, \
        started_at, completed_at, failed_at
        """

    /// Reads a row that has ``columns``.
    package init(row: any SQLRow) throws {
        let id: TranscriptionID = try row.id("id")
        let owner = try row.user("owner")
        let file: FileID = try row.id("file_id")
        let title = try row.text("title")
        let status: JobStatus = try row.choice("status")
        let options = try OptionsText.decode(try row.text("options"))
        self.init(id: id, owner: owner, fileID: file, title: title, options: options, createdAt: Timestamp(microseconds: 0))
        self.status = status
        diarizes = try row.optionalID("diarizes")
        priority = try row.int("priority")
        queuedAt = try row.time("queued_at")
        runAfter = try row.time("run_after")
        attempt = try row.int("attempt")
        failures = try row.int("failures")
        crashes = try row.int("crashes")
        maxAttempts = try row.int("max_attempts")
        claimedBy = try row.optionalText("claimed_by").map(InstanceID.init(trusted:))
        leaseExpiresAt = try row.optionalTime("lease_expires_at")
        cancelRequestedAt = try row.optionalTime("cancel_requested_at")
        progress = try row.real("progress")
        stage = try row.choice("stage")
        warnings = try decodeWarnings(try row.text("warnings"))
        errorCode = try row.optionalText("error_code").map(ScriberrError.Code.init(rawValue:))
        errorMessage = try row.optionalText("error_message")
        detectedLanguage = try row.optionalText("detected_language")
        audioSeconds = try row.optionalReal("audio_seconds")
        engine.provider = try row.optionalText("engine_provider")
        engine.transcriptionModel = try row.optionalText("engine_model")
        engine.diarizationModel = try row.optionalText("engine_diarization_model")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
        startedAt = try row.optionalTime("started_at")
        completedAt = try row.optionalTime("completed_at")
        failedAt = try row.optionalTime("failed_at")
    }
}

extension Transcription {
    /// The columns that ``init(claimed:by:)`` reads, in its order.
    static let claimedColumns = claimedColumns(attempt: "attempt", progress: "progress")

    /// The same of a job that is about to be claimed, as it will be.
    static let columnsToClaim = claimedColumns(attempt: "attempt + 1 AS attempt", progress: "\(progressAtClaim) AS progress")

    private static func claimedColumns(attempt: String, progress: String) -> String {
        """
        id, owner, file_id, diarizes, title, options, priority, queued_at, run_after, \(attempt), failures, crashes, max_attempts, \
        cancel_requested_at, \(progress), audio_seconds, created_at
        """
    }

    /// The progress that a claim sets, as SQL and JSON write it.
    static let progressAtClaim = "\(JobStage.preparing.startingProgress ?? 0)"

    /// Reads what a claim answers: the columns that the claim has not just set and a waiting job can have. Each column costs
    /// SQLite half a microsecond.
    init(claimed row: any SQLRow, by request: ClaimRequest) throws {
        let id: TranscriptionID = try row.id("id")
        let owner = try row.user("owner")
        let file: FileID = try row.id("file_id")
        let diarizes: TranscriptionID? = try row.optionalID("diarizes")
        let title = try row.text("title")
        let options = try OptionsText.decode(try row.text("options"))
        self.init(id: id, owner: owner, fileID: file, title: title, options: options, createdAt: Timestamp(microseconds: 0))
        self.diarizes = diarizes
        priority = try row.int("priority")
        queuedAt = try row.time("queued_at")
        runAfter = try row.time("run_after")
        attempt = try row.int("attempt")
        failures = try row.int("failures")
        crashes = try row.int("crashes")
        maxAttempts = try row.int("max_attempts")
        cancelRequestedAt = try row.optionalTime("cancel_requested_at")
        progress = try row.real("progress")
        audioSeconds = try row.optionalReal("audio_seconds")
        createdAt = try row.time("created_at")
        (status, stage) = (.processing, .preparing)
        (claimedBy, leaseExpiresAt) = (request.instance, request.leaseExpiresAt)
        (startedAt, updatedAt) = (request.now, request.now)
    }
}

extension TranscriptionSummary {
    /// The columns that ``Reader`` reads, in its order.
    static let columns = """
        id, file_id, title, status, progress, stage, audio_seconds, created_at, updated_at, options, detected_language, warnings, \
        error_code, error_message
        """

    /// Reads the rows of a list.
    struct Reader {
        private var status = LastChoice<JobStatus>()
        private var stage = LastChoice<JobStage>()
        private var options: (text: String, language: String?)?

        /// Reads a row that has ``columns``.
        mutating func read(_ row: any SQLRow) throws -> TranscriptionSummary {
            TranscriptionSummary(
                id: TranscriptionID(trusted: try row.text(at: 0)),
                fileID: FileID(trusted: try row.text(at: 1)),
                title: try row.text(at: 2),
                status: try row.choice(at: 3, &status),
                progress: try row.real(at: 4),
                stage: try row.choice(at: 5, &stage),
                audioSeconds: try row.optionalReal(at: 6),
                language: try language(of: row.text(at: 9)),
                detectedLanguage: try row.optionalText(at: 10),
                warnings: try decodeWarnings(try row.text(at: 11)),
                errorCode: try row.optionalText(at: 12).map(ScriberrError.Code.init(rawValue:)),
                errorMessage: try row.optionalText(at: 13),
                createdAt: Timestamp(microseconds: try row.integer(at: 7)),
                updatedAt: Timestamp(microseconds: try row.integer(at: 8))
            )
        }

        /// As with choices: the row before mostly asked for the same.
        private mutating func language(of text: String) throws -> String? {
            if let options, options.text == text { return options.language }
            let language = try OptionsText.decode(text).language
            options = (text, language)
            return language
        }
    }
}

/// Options as they stand in a row: JSON with sorted keys. Most jobs ask for the same few things, and Foundation's coders
/// cost more than the statement, so what was coded last is kept.
enum OptionsText {
    private struct Memory {
        var texts: [TranscriptionOptions: String] = [:]
        var values: [String: TranscriptionOptions] = [:]
    }

    private static let memory = Mutex(Memory())
    private static let memoryMax = 128

    static func encode(_ options: TranscriptionOptions) throws -> String {
        if let known = memory.withLock({ $0.texts[options] }) { return known }
        let text = String(decoding: try encoder().encode(options), as: UTF8.self)
        memory.withLock { memory in
            if memory.texts.count >= memoryMax { memory.texts.removeAll() }
            memory.texts[options] = text
        }
        return text
    }

    static func decode(_ text: String) throws -> TranscriptionOptions {
        if let known = memory.withLock({ $0.values[text] }) { return known }
        let options = try decodeJSON(TranscriptionOptions.self, text)
        memory.withLock { memory in
            if memory.values.count >= memoryMax { memory.values.removeAll() }
            memory.values[text] = options
        }
        return options
    }
}

/// Warnings as they stand in a row.
func encodeWarnings(_ warnings: [JobWarning]) throws -> String {
    warnings.isEmpty ? "[]" : String(decoding: try encoder().encode(warnings), as: UTF8.self)
}

private func decodeWarnings(_ text: String) throws -> [JobWarning] {
    text == "[]" ? [] : try decodeJSON([JobWarning].self, text)
}

private func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
}

private func decodeJSON<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
        throw ScriberrError(
            .storageFailed,
            "The database holds a value that this version cannot read.",
            disposition: .permanent,
            detail: "JSON of \(type)"
        )
    }
}
