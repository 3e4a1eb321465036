package import ScriberrCore
package import ScriberrStore

/// What the library wants to know about an uploaded file.
package struct ProbedMedia: Sendable, Hashable {
    /// Found in the bytes, such as `audio/mpeg`.
    package var mimeType: String
    /// Seconds, when known.
    package var durationSeconds: Double?
    /// Whether there is a picture track that moves.
    package var hasVideo: Bool

    package init(mimeType: String, durationSeconds: Double?, hasVideo: Bool) {
        self.mimeType = mimeType
        self.durationSeconds = durationSeconds
        self.hasVideo = hasVideo
    }
}

/// Looks into a file. Throws `UNSUPPORTED_MEDIA_TYPE` when there is no sound in it, `MEDIA_UNREADABLE` when it cannot be read.
package protocol MediaProbe: Sendable {
    func probe(path: String) async throws -> ProbedMedia
}

/// The recordings of each owner.
package struct LibraryService: Sendable {
    /// The largest upload in bytes.
    package let uploadLimitBytes: Int64

    package init(
        database: any Database,
        blobs: any BlobStore,
        probe: any MediaProbe,
        clock: any WallClock,
        uploadLimitBytes: Int64
    ) { self.uploadLimitBytes = uploadLimitBytes }

    /// Starts an upload. `declaredBytes` is what the client says; more than the limit is `PAYLOAD_TOO_LARGE` at once.
    package func beginUpload(
        _ owner: UserID,
        fileName: String,
        declaredType: String?,
        declaredBytes: Int64? = nil
    ) async throws -> Upload { throw NotYet() }

    /// Looks into the uploaded bytes and makes a file of them; with auto-transcription on, a job too. An empty `title` means
    /// the file's name. Throws `UNSUPPORTED_MEDIA_TYPE` or `MEDIA_UNREADABLE` with field `file`.
    package func finish(_ upload: Upload, title: String?) async throws -> AudioFile { throw NotYet() }

    /// One page of the owner's files.
    package func list(_ owner: UserID, _ query: FileListQuery) async throws -> Page<AudioFile> { throw NotYet() }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: FileID) async throws -> AudioFile { throw NotYet() }

    /// Throws `NOT_FOUND`, or `VALIDATION_ERROR` with field `title`.
    package func rename(_ owner: UserID, _ id: FileID, title: String) async throws -> AudioFile { throw NotYet() }

    /// Removes the file. Its bytes go as soon as no file and no transcription needs them. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: FileID) async throws { throw NotYet() }

    /// Opens the bytes for reading. Throws `NOT_FOUND`, also for a file that is not ready.
    package func audio(_ owner: UserID, _ id: FileID) async throws -> OpenedAudio { throw NotYet() }

    /// Starts fetching a recording from YouTube. Throws `VALIDATION_ERROR` with field `url` for any other address.
    package func importYouTube(_ owner: UserID, url: String, title: String?) async throws -> AudioFile { throw NotYet() }
}
