import Logging
import ScriberrCore

/// Writes the machine's notes as structured log lines: static messages, facts as metadata, never content.
struct QueueLog: Sendable {
    private let logger: Logger
    private let configuration: QueueConfiguration
    private let instance: InstanceID

    init(logger: Logger, configuration: QueueConfiguration, instance: InstanceID) {
        var logger = logger
        logger[metadataKey: "worker_id"] = "\(instance)"
        self.logger = logger
        self.configuration = configuration
        self.instance = instance
    }

    /// A logger that names a job and its attempt in each line.
    func logger(for lease: Lease) -> Logger {
        var logger = logger
        logger[metadataKey: "job_id"] = "\(lease.job)"
        logger[metadataKey: "attempt"] = "\(lease.attempt)"
        return logger
    }

    func write(_ note: QueueNote) {
        switch note {
        case .started(let recovered):
            logger.info("Starting transcription workers", metadata: started(recovered))
            eachWorker("Transcription worker started")
        case .claimed(let job, let waited):
            logger(for: job.lease).info("Transcription job claimed", metadata: ["queue_seconds": seconds(waited)])
        case .recovered(let jobs): for job in jobs { recovered(job) }
        case .storeTrouble(let operation, let lease, let error): trouble(operation, lease, error)
        case .stopping(let lease, let reason): stopping(lease, reason)
        case .finished(let job, let write, let took): finished(job, write, took)
        case .failed(let lease, let error): failed(lease, error)
        case .leaseLost(let lease, let unsaved):
            let facts: Logger.Metadata = unsaved.map { ["unsaved": "\($0)"] } ?? [:]
            logger(for: lease).warning("Transcription job lease lost", metadata: facts)
        case .abandoned(let lease): logger(for: lease).error("Transcription handler did not stop and was left behind")
        case .abandonedEnded(let lease): logger(for: lease).info("Transcription handler that was left behind has ended")
        case .clockJumped(let jump): logger.warning("Wall clock jumped", metadata: ["seconds": seconds(jump)])
        case .leaving(let running): logger.info("Stopping transcription workers", metadata: ["running": "\(running)"])
        case .left(let unfinished):
            eachWorker("Transcription worker stopped")
            logger.info("Transcription workers stopped", metadata: ["unfinished": "\(unfinished)"])
        }
    }

    /// One line for each slot, as long as there is a sensible number of them.
    private func eachWorker(_ message: Logger.Message) {
        for slot in 0..<min(configuration.workers, 64) {
            logger.info(message, metadata: ["worker_id": "\(instance)-\(slot)"])
        }
    }

    private func started(_ recovered: Int) -> Logger.Metadata {
        [
            "workers": .stringConvertible(configuration.workers),
            "poll_interval": "\(configuration.pollInterval.text)",
            "lease_timeout": "\(configuration.leaseTimeout.text)",
            "recovered_jobs": .stringConvertible(recovered),
        ]
    }

    private func recovered(_ job: RecoveredJob) {
        let fate =
            switch job.fate {
            case .queued: "queued"
            case .quarantined: "quarantined"
            case .canceled: "canceled"
            }
        logger(for: job.lease).warning("Transcription job recovered from a dead worker", metadata: ["fate": "\(fate)"])
    }

    private func trouble(_ operation: String, _ lease: Lease?, _ error: ScriberrError) {
        let logger = lease.map(logger(for:)) ?? logger
        let facts: Logger.Metadata = ["operation": "\(operation)", "error": "\(error)"]
        switch operation {
        case "renew": logger.warning("Failed to renew transcription job lease", metadata: facts)
        case "claim": logger.error("Transcription worker claim failed", metadata: facts)
        default: logger.error("Transcription queue store call failed", metadata: facts)
        }
    }

    private func stopping(_ lease: Lease, _ reason: StopReason) {
        let facts: Logger.Metadata = ["reason": "\(reason.rawValue)"]
        switch reason {
        case .cancel: logger(for: lease).info("Canceling running transcription job", metadata: facts)
        case .stall, .timeout: logger(for: lease).warning("Stopping transcription job that takes too long", metadata: facts)
        case .shutdown, .leaseLost: logger(for: lease).info("Stopping transcription job", metadata: facts)
        }
    }

    private func finished(_ job: ClaimedJob, _ write: TerminalWrite, _ took: Duration) {
        var facts: Logger.Metadata = ["outcome": "\(write.name)", "seconds": seconds(took)]
        let logger = logger(for: job.lease)
        switch write {
        case .complete(let result):
            facts["provider"] = "\(result.engine.provider ?? "")"
            facts["model"] = "\(result.engine.transcriptionModel ?? "")"
            facts["audio_seconds"] = result.audioSeconds.map { "\($0)" }
            logger.info("Transcription job processed", metadata: facts)
        case .fail(let failure, let retryAt):
            facts["code"] = "\(failure.code.rawValue)"
            facts["retry_at"] = retryAt.map { "\($0.rfc3339)" }
            logger.warning(retryAt == nil ? "Transcription job failed" : "Transcription job will be tried again", metadata: facts)
        case .cancel: logger.info("Transcription job canceled", metadata: facts)
        case .release: logger.info("Transcription job released", metadata: facts)
        }
    }

    private func failed(_ lease: Lease, _ error: ScriberrError) {
        let facts: Logger.Metadata = [
            "code": "\(error.code.rawValue)", "category": "\(error.disposition.rawValue)", "error": "\(error)",
        ]
        logger(for: lease).warning("Transcription attempt failed", metadata: facts)
    }

    private func seconds(_ duration: Duration) -> Logger.MetadataValue {
        .stringConvertible(Double(duration.wholeMilliseconds) / 1_000)
    }
}
