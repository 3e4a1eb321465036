import ScriberrCore
import ScriberrStore

extension LibraryService {
    /// Makes the fetched bytes those of the file that waits for them, with its event and, where the owner wants it, a job, and
    /// ends the import. The upload is used up or aborted. `title` is what the source calls it. Nothing happens when the file is
    /// gone or the import somebody else's.
    func fill(_ job: ImportJob, _ upload: Upload, title: String?) async throws {
        try await keep(upload, title: nil) { db, fetched in
            // The row that `keep` made stands for the bytes only; the file is the one that was there from the start.
            guard try ImportSQL.remove(db, job), var file = try FileSQL.get(db, job.owner, job.file) else {
                return try Self.drop(db, fetched)
            }
            file.status = .ready
            if !job.isFromSite { file.kind = fetched.kind }
            // A title that somebody has given meanwhile stays.
            if let title, file.title == ImportService.siteTitle { file.title = Title.found(title) }
            (file.mimeType, file.sizeBytes, file.contentHash) = (fetched.mimeType, fetched.sizeBytes, fetched.contentHash)
            (file.durationSeconds, file.blobKey, file.updatedAt) = (fetched.durationSeconds, fetched.blobKey, fetched.updatedAt)
            guard try FileSQL.fill(db, file, folded: TitleFolding.fold(file.title)) else { return try Self.drop(db, fetched) }
            try Self.drop(db, fetched)
            _ = try becameReady(db, file, transcription: job.transcription)
        }
    }

    /// Removes the row again; its blob is noted for removal when no other row names it.
    private static func drop(_ db: any SQLConnection, _ fetched: AudioFile) throws {
        guard try FileSQL.hide(db, fetched.owner, fetched.id, at: fetched.updatedAt) else { return }
        _ = try FileSQL.release(db, fetched.id, at: fetched.updatedAt)
    }
}
