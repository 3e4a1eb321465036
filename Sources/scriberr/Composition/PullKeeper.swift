import Logging
import ScriberrServices
import ServiceLifecycle

/// Goes on with downloads that an earlier process was asked for, and stops all at the shutdown.
struct PullKeeper: Service {
    let pulls: ModelPulls
    let logger: Logger

    func run() async throws {
        do {
            try await pulls.resume()
        } catch is CancellationError {
            // The server ended before it had begun.
        } catch {
            logger.warning("Downloads could not be gone on with", metadata: ["error": "\(error)"])
        }
        // Ends by graceful shutdown or, when that took too long, by cancellation.
        try? await gracefulShutdown()
        await pulls.close()
    }
}
