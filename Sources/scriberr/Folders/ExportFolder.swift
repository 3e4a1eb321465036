import Foundation
import Logging
import ScriberrCore
import ScriberrServices
import ScriberrTranscript
import ServiceLifecycle

/// Writes every finished transcript to a folder, by a rule for names and formats.
///
/// Follows the durable event log and remembers how far it came, so that a crash delays a file but loses none. Starts with what
/// happens after it was turned on.
struct ExportFolder: Service {
    let services: Services
    let folder: String
    let formats: [String]
    let pattern: String
    let logger: Logger
    private var note: URL { URL(fileURLWithPath: folder).appendingPathComponent(".scriberr-exported") }
    private static let lookInterval = Duration.seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var place: Int64?
            var isTroubled = false
            while !Task.isCancelled {
                do {
                    let start: Int64
                    if let place { start = place } else { start = try await reached() }
                    place = try await catchUp(from: start)
                    isTroubled = false
                } catch {
                    // Told once, not every second.
                    if !isTroubled, !(error is CancellationError) {
                        logger.warning("Transcripts cannot be exported now; it is tried again", metadata: ["error": "\(error)"])
                    }
                    isTroubled = true
                }
                // A canceled sleep ends the loop.
                try? await Task.sleep(for: Self.lookInterval)
            }
        }
    }

    /// Writes what was finished behind `place` and answers the place that was reached.
    private func catchUp(from place: Int64) async throws -> Int64 {
        var place = place
        while true {
            let (found, end) = try await services.transcriptions.completions(after: place)
            for completion in found { try write(completion) }
            if !found.isEmpty { try remember(end) }
            if end == place || found.isEmpty { return end }
            place = end
        }
    }

    /// The place up to which everything is written: at first, the present end of the log.
    private func reached() async throws -> Int64 {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if let place = (try? String(contentsOf: note, encoding: .utf8)).flatMap({ Int64($0) }) { return place }
        let latest = try await services.transcriptions.completions(after: .max).place
        try remember(latest)
        return latest
    }

    private func remember(_ place: Int64) throws {
        try Data(String(place).utf8).write(to: note, options: .atomic)
    }

    private func write(_ completion: Completion) throws {
        let name = ExportNaming.name(pattern, completion.job, user: completion.username)
        for format in formats {
            let export = try TranscriptExports.named(format)
            let options = try ExportOptions(parameters: [:], title: completion.job.title)
            let bytes = Data(export.render(completion.transcript, options))
            let wanted = "\(folder)/\(name).\(export.format.fileExtension)"
            // The transcript of another job of this name stays.
            let isOther = FileManager.default.contents(atPath: wanted).map { $0 != bytes } ?? false
            let place = isOther ? "\(folder)/\(name)-\(completion.job.id.text.suffix(8)).\(export.format.fileExtension)" : wanted
            try FileManager.default.createDirectory(
                atPath: (place as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true
            )
            try bytes.write(to: URL(fileURLWithPath: place), options: .atomic)
        }
    }
}
