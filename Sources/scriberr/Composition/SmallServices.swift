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

/// Carries what was committed to those in this process who wait for it.
struct NoticeRelay: Service {
    let signals: StoreSignals
    let queue: JobQueue
    let events: EventFeed

    func run() async throws {
        let jobs = signals.jobs.subscribe()
        let log = signals.events.subscribe()
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask {
                    for await notice in jobs { relay(notice) }
                }
                group.addTask {
                    for await _ in log { events.wake() }
                }
            }
        } onGracefulShutdown: {
            jobs.end()
            log.end()
        }
    }

    private func relay(_ notice: JobNotice) {
        switch notice {
        case .due, .dueLater: queue.wake()
        case .cancelRequested(let lease), .deleted(let lease): queue.cancelRequested(lease)
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
