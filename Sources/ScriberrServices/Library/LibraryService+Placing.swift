import ScriberrCore
import ScriberrStore

extension LibraryService {
    /// Identical bytes of one owner are stored once: the row names the blob that is there, and the upload goes. A blob that was
    /// lost is replaced by the upload, for every row that names it.
    func place<Value: Sendable>(
        _ upload: Upload,
        _ file: AudioFile,
        _ also: @Sendable @escaping (any SQLConnection, AudioFile) throws -> Value
    ) async throws -> Value {
        let lost = try await lostBlob(of: file)
        let shared = try await database.write { db -> Value? in
            if let value = try Self.insertShared(db, file, except: lost, also) { return value }
            try UnclaimedBlobSQL.note(db, file.blobKey, at: file.createdAt)
            return nil
        }
        if let shared {
            await upload.abort()
            return shared
        }
        do {
            try await upload.commit()
            let (value, isOwn) = try await database.write { db -> (Value, Bool) in
                // The same bytes may have come twice at the same time.
                if let value = try Self.insertShared(db, file, except: lost, also) { return (value, false) }
                if let lost {
                    try FileSQL.replaceBlob(db, file.owner, lost, by: file.blobKey)
                    try UnclaimedBlobSQL.note(db, lost, at: file.createdAt)
                }
                try FileSQL.insert(db, file, folded: TitleFolding.fold(file.title))
                try UnclaimedBlobSQL.clear(db, file.blobKey)
                return (try also(db, file), true)
            }
            // Of a lost one too something may be left.
            await cleaner.remove(isOwn ? lost : file.blobKey)
            return value
        } catch {
            await cleaner.remove(file.blobKey)
            throw error
        }
    }

    /// The blob that should hold these bytes already and does not: somebody removed it, or its disk forgot it.
    private func lostBlob(of file: AudioFile) async throws -> String? {
        let key = try await database.read { try FileSQL.blob($0, file.owner, contentHash: file.contentHash) }
        guard let key, try await blobs.size(of: key) != file.sizeBytes else { return nil }
        return key
    }

    private static func insertShared<Value>(
        _ db: any SQLConnection,
        _ file: AudioFile,
        except lost: String?,
        _ also: (any SQLConnection, AudioFile) throws -> Value
    ) throws -> Value? {
        try FileSQL.lockBytes(db, file.owner, contentHash: file.contentHash)
        guard let key = try FileSQL.blob(db, file.owner, contentHash: file.contentHash), key != lost else { return nil }
        var shared = file
        shared.blobKey = key
        try FileSQL.insert(db, shared, folded: TitleFolding.fold(file.title))
        return try also(db, shared)
    }
}
