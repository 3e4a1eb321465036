import Logging
import ScriberrQueue
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ServiceLifecycle

/// Does nothing until the shutdown reaches it, then closes something. Shutdown goes from the last service to the first.
struct Closer: Service {
    let close: @Sendable () async -> Void

    init(_ close: @escaping @Sendable () async -> Void) { self.close = close }

    func run() async throws {
        // Ends by graceful shutdown or, when that took too long, by cancellation; either way there is something to close.
        try? await gracefulShutdown()
        await close()
    }
}

/// Tells the queue what this process committed: work that waits, jobs that shall stop.
struct NoticeRelay: Service {
    let signals: StoreSignals
    let queue: JobQueue

    func run() async throws {
        // Ends by the shutdown.
        await signals.jobs.calling(pass) { try? await gracefulShutdown() }
    }

    @Sendable private func pass(_ notice: JobNotice) {
        switch notice {
        case .due, .dueLater: queue.wake()
        case .cancelRequested(let lease): queue.cancelRequested(lease)
        case .deleted(let lease): queue.leaseLost(lease)
        }
    }
}

/// Keeps finished transcripts as files until the shutdown.
struct ArchiveKeeper: Service {
    let archive: TranscriptArchive
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await archive.run { error in
                guard !(error is CancellationError) else { return }
                logger.warning("A transcript could not be written as a file", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Makes finished transcripts searchable until the shutdown.
struct SearchKeeper: Service {
    let indexer: TranscriptIndexer
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await indexer.run { error in
                logger.warning("A transcript could not be made searchable", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Tidies up every hour.
struct Housekeeper: Service {
    let housekeeping: Housekeeping
    let logger: Logger

    func run() async throws {
        // Ends when the wait between two rounds is canceled by the shutdown.
        while (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: .seconds(3_600)) })) != nil {
            do {
                let removed = try await housekeeping.run()
                logger.info("Tidied up", metadata: ["removed": .stringConvertible(removed)])
            } catch {
                logger.warning("Tidying up failed; it will be tried again", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Says that the server is ready, once it really listens.
struct ReadinessReport: Service {
    let server: ScriberrServer
    let host: String
    let logger: Logger

    func run() async throws {
        // A server that cannot listen says so itself.
        guard let port = try? await server.port else { return try await gracefulShutdown() }
        let shown = host == "0.0.0.0" || host == "::" ? "localhost" : host
        logger.info("Scriberr is ready", metadata: ["url": "http://\(shown):\(port)"])
        try await gracefulShutdown()
    }
}
