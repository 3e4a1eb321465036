import ScriberrCore

/// What is to be stored for the way an attempt ended; nil when nothing may be.
struct OutcomeDecision {
    let write: TerminalWrite?
    /// Kept for the log when the attempt failed.
    let error: ScriberrError?

    /// Decides once, from why the attempt was told to stop and how it ended.
    ///
    /// A result that came in time is kept whatever the reason was, except a cancel: who gave the job up was told so.
    init(stop: StopReason?, outcome: AttemptOutcome, job: Transcription, retry: RetryPolicy, now: Timestamp, random: Double) {
        let failed: ScriberrError
        switch (stop, outcome) {
        case (.leaseLost, _), (_, .leaseLost):
            self.init(write: nil)
            return
        case (.cancel, _):
            self.init(write: .cancel)
            return
        case (_, .completed(let result)):
            self.init(write: .complete(result))
            return
        case (.stall, _):
            failed = ScriberrError(.engineTimeout, "The engine made no progress for too long.")
        case (.timeout, _):
            failed = ScriberrError(.engineTimeout, "The transcription took too long.")
        case (.shutdown, .failed(let error)) where error.disposition == .permanent:
            failed = error
        case (.shutdown, _), (_, .released):
            self.init(write: .release)
            return
        case (nil, .unready(let error)) where job.attempt < retry.unreadyMax:
            let report = FailureReport(code: error.code, message: error.message, chargesAttempt: false)
            let wait = retry.delay(afterFailures: job.attempt, random: random)
            self.init(write: .fail(report, retryAt: now + wait), error: error)
            return
        case (nil, .failed(let error)), (nil, .unready(let error)):
            failed = error
        case (nil, .canceled):
            failed = ScriberrError(.internalError, "The attempt ended without a result.", detail: "canceled without a request")
        }
        self.init(write: Self.failure(failed, job: job, retry: retry, now: now, random: random), error: failed)
    }

    private init(write: TerminalWrite?, error: ScriberrError? = nil) {
        self.write = write
        self.error = error
    }

    private static func failure(
        _ error: ScriberrError,
        job: Transcription,
        retry: RetryPolicy,
        now: Timestamp,
        random: Double
    ) -> TerminalWrite {
        let failures = job.failures + 1
        let report = FailureReport(code: error.code, message: error.message)
        guard error.disposition == .transient, failures < job.maxAttempts else { return .fail(report, retryAt: nil) }
        return .fail(report, retryAt: now + retry.delay(afterFailures: failures, random: random))
    }
}
