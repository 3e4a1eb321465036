import Logging
import ScriberrMedia
import ScriberrServices
import ServiceLifecycle

/// yt-dlp as the imports want it.
struct SiteProgram: SiteDownloader {
    let program: YtDlp

    func download(_ url: String, write: @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> String? {
        try await program.download(url, write: write)
    }
}

/// Fetches what is to be imported until the shutdown; what is not finished then goes on after the next start.
struct Importer: Service {
    let imports: ImportService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await imports.run { error in
                guard !(error is CancellationError) else { return }
                logger.warning("An import met a failure of ours", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Lets go what is to be kept no longer, until the shutdown.
struct Forgetter: Service {
    let retention: RetentionService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await retention.run { error in
                guard !(error is CancellationError) else { return }
                logger.warning("What is over could not be deleted; it will be tried again", metadata: ["error": "\(error)"])
            }
        }
    }
}
