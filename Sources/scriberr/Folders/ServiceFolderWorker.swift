import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

/// Has this server transcribe, for one of its accounts.
struct ServiceFolderWorker: FolderWorker {
    let services: Services
    let owner: UserID

    func store(_ path: String, hash: String) async throws -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ScriberrError(.mediaMissing, "The recording is gone, or may not be read.")
        }
        defer { try? file.close() }
        let name = (path as NSString).lastPathComponent
        let upload = try await services.library.beginUpload(owner, fileName: name, declaredType: nil)
        do {
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { try await upload.write(Array(piece)[...]) }
        } catch {
            await upload.abort()
            throw error as? ScriberrError ?? ScriberrError(.storageFailed, "The recording cannot be read.", detail: "\(error)")
        }
        return try await services.library.finish(upload, title: nil, transcribesByItself: false).id.text
    }

    func start(_ path: String, file: String?, hash: String, since: Timestamp) async throws -> String {
        // Nobody else knows the file, so a job for it is the one that was made before a crash.
        guard let file, let id = FileID(file) else { throw ScriberrError(.notFound, "The recording is not on the server.") }
        if let job = try await services.transcriptions.first(owner, of: id) { return job.id.text }
        return try await services.transcriptions.create(owner, fileID: file, NewTranscription()).id.text
    }

    func finish(_ job: String, path: String, formats: [String]) async throws -> [(fileExtension: String, bytes: Data)] {
        guard let id = TranscriptionID(job) else { throw ScriberrError(.notFound, "There is no such job.") }
        let ended = try await end(of: id)
        guard ended.status == .completed else {
            throw ScriberrError(
                ended.errorCode ?? .conflict,
                ended.errorMessage ?? "The job was canceled.",
                disposition: .permanent
            )
        }
        guard !formats.isEmpty else { return [] }
        let transcript = try await services.transcriptions.finishedTranscript(owner, id)
        return try formats.map { name in
            let export = try TranscriptExports.named(name)
            let options = try ExportOptions(parameters: [:], title: ended.title)
            return (export.format.fileExtension, Data(export.render(transcript, options)))
        }
    }

    private func end(of id: TranscriptionID) async throws -> Transcription {
        // The stream starts with the present state, so an end before it is not missed.
        for try await _ in services.events.subscribe(FeedRequest(owner: owner, subject: id.text)) {
            let job = try await services.transcriptions.get(owner, id)
            if job.status.isTerminal { return job }
        }
        throw CancellationError()
    }
}
