import Foundation
import ScriberrCore
import ScriberrEngines
import ScriberrMedia
import ScriberrServices
import ScriberrTranscript

/// Transcribes in this process, without a server. A run that is cut off starts again.
struct LocalFolderWorker: FolderWorker {
    let engines: EngineRoom
    let options: TranscriptionOptions

    func store(_ path: String, hash: String) async throws -> String? { nil }

    func start(_ path: String, file: String?, hash: String, since: Timestamp) async throws -> String { "local" }

    func finish(_ job: String, path: String, formats: [String]) async throws -> [(fileExtension: String, bytes: Data)] {
        let media = try await engines.media.probe(path)
        try await engines.registry.validate(options)
        let run = SpeechRun(audioPath: path, options: options, audioSeconds: media.durationSeconds, engines: engines.registry)
        let transcript = try await run.run(SilentSink()).transcript
        let title = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        return try formats.map { name in
            let export = try TranscriptExports.named(name)
            return (
                export.format.fileExtension, Data(export.render(transcript, try ExportOptions(parameters: [:], title: title)))
            )
        }
    }
}

/// Nobody watches.
private struct SilentSink: RunSink {
    func chose(provider: String, model: String) async throws {}
    func reached(_ stage: JobStage, _ progress: Double) async throws {}
    func finishedPieces(fingerprint: String) async throws -> [SpeechPiece] { [] }
    func finished(_ piece: SpeechPiece, fingerprint: String) async throws {}
}
