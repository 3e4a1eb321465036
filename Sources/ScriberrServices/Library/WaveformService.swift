package import ScriberrCore
package import ScriberrStore

/// The outline of a recording, for a player to draw.
package struct WaveformOutline: Sendable, Hashable {
    /// The recording's length.
    package var seconds: Double
    /// For each equal part its lowest and its highest sample in turn, from -127 to 127.
    package var peaks: [Int8]

    package init(seconds: Double, peaks: [Int8]) {
        self.seconds = seconds
        self.peaks = peaks
    }
}

/// Makes outlines when they are first asked for, and keeps them. Those who ask for the same at the same time share the work, and
/// few recordings are decoded at once.
package actor WaveformService {
    /// How many parts an outline has: more than a wide screen has pixels for it.
    package static let parts = 1_800
    private static let decodersMax = 2

    private let database: any Database
    private let blobs: any BlobStore
    private let probe: any MediaProbe
    private var underWay: [String: Task<WaveformOutline, any Error>] = [:]
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var decoders = 0

    package init(database: any Database, blobs: any BlobStore, probe: any MediaProbe) {
        self.database = database
        self.blobs = blobs
        self.probe = probe
    }

    /// The outline of an owner's file. Throws `NOT_FOUND`, or what the decoder throws.
    package func outline(_ owner: UserID, _ id: FileID) async throws -> WaveformOutline {
        guard let file = try await database.read({ try FileSQL.get($0, owner, id) }) else { throw ScriberrError.noFile }
        return try await outline(of: file)
    }

    /// The outline of the recording that an owner's transcription was made from.
    package func outline(_ owner: UserID, _ id: TranscriptionID) async throws -> WaveformOutline {
        let file = try await database.read { db in
            try FileSQL.getEvenDeleted(db, TranscriptionService.find(db, owner, id).fileID)
        }
        guard let file else { throw ScriberrError.noTranscription }
        return try await outline(of: file)
    }

    private func outline(of file: AudioFile) async throws -> WaveformOutline {
        let key = file.blobKey
        // Retention takes a recording away and leaves its row, for the transcripts' sake.
        guard file.status == .ready, !key.isEmpty else { throw ScriberrError.noFile }
        if let kept = try await database.read({ try WaveformSQL.get($0, blob: key) }) {
            return WaveformOutline(seconds: kept.seconds, peaks: kept.peaks.map { Int8(bitPattern: $0) })
        }
        // Goes on when the one who asked first goes away: others may wait, and the next visit finds it done.
        let task = underWay[key] ?? Task { try await make(key) }
        underWay[key] = task
        defer { if underWay[key] == task { underWay[key] = nil } }
        return try await task.value
    }

    private func make(_ key: String) async throws -> WaveformOutline {
        await takeDecoder()
        defer { giveDecoder() }
        guard try await blobs.size(of: key) != nil else { throw ScriberrError.noFile }
        let copy = try await blobs.localCopy(of: key)
        let outline = try await probe.outline(path: copy.path, parts: Self.parts)
        withExtendedLifetime(copy) {}
        let bytes = outline.peaks.map { UInt8(bitPattern: $0) }
        try await database.write { try WaveformSQL.put($0, blob: key, seconds: outline.seconds, peaks: bytes) }
        return outline
    }

    private func takeDecoder() async {
        if decoders < Self.decodersMax {
            decoders += 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func giveDecoder() {
        if waiting.isEmpty { decoders -= 1 } else { waiting.removeFirst().resume() }
    }
}
