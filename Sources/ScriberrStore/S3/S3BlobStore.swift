import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import ScriberrCore

/// Blobs as objects of an S3-compatible bucket, with local copies for the programs that need a file.
package struct S3BlobStore: BlobStore {
    private let client: S3Client
    private let cache: BlobCache
    private let clock: any WallClock
    /// Uploads without an end that are older than this belong to nobody any more.
    private static let abandonedAfter = Duration.seconds(7 * 86_400)
    private static let fetchesMax = 3

    /// Uses `location`, and the folder at `cachePath` for at most `cacheBytesMax` bytes of copies that nobody holds.
    /// Connects to nothing yet. Throws `STORAGE_FAILED` when the folder cannot be used. ``close()`` must be called.
    package init(
        location: S3Location,
        credentials: S3Credentials,
        cachePath: String,
        cacheBytesMax: Int64,
        limits: S3Limits = S3Limits(),
        clock: any WallClock = SystemWallClock()
    ) throws {
        cache = try BlobCache(path: cachePath, bytesMax: cacheBytesMax)
        client = S3Client(location: location, credentials: credentials, limits: limits, clock: clock)
        self.clock = clock
    }

    /// What asking for the bucket told.
    package enum Reachability: Sendable, Hashable {
        /// It answers.
        case ready
        /// There is no such bucket.
        case noBucket
        /// The credentials are refused.
        case refused
        /// The server does not answer, or is not able to, for the moment.
        case away
    }

    /// Asks once whether the bucket can be used.
    package func check() async -> Reachability {
        do {
            _ = try await client.send(.init(method: .HEAD, key: nil))
            return .ready
        } catch let failure as S3Failure {
            switch failure.status {
            case 404: return .noBucket
            case 301, 400, 401, 403: return .refused
            default: return .away
            }
        } catch {
            return .away
        }
    }

    package func create(_ key: String) async throws -> any BlobWriter {
        try await S3BlobWriter(client: client, key: key, cache: cache)
    }

    package func size(of key: String) async throws -> Int64? {
        do {
            let answer = try await client.send(.init(method: .HEAD, key: key))
            guard let length = answer.headers.first(name: "content-length").flatMap(Int64.init) else {
                throw ScriberrError.oddBucket("no length")
            }
            return length
        } catch let failure as S3Failure {
            if failure.isMissing { return nil }
            throw failure.error
        }
    }

    package func read(
        _ key: String,
        range: Range<Int64>,
        body: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        var (offset, failures) = (range.lowerBound, 0)
        while offset < range.upperBound {
            let before = offset
            do {
                try await readOnce(key, offset..<range.upperBound) { piece in
                    do { try await body(piece) } catch { throw ReaderFailure(cause: error) }
                    offset += Int64(piece.count)
                }
                return
            } catch let failure as ReaderFailure {
                throw failure.cause
            } catch let failure as S3Failure where !failure.mayPass {
                throw failure.error
            } catch {
                // A connection that is cut now and then still gets there.
                failures = offset > before ? 1 : failures + 1
                do { try await client.pause(after: error, failures) } catch let failure as S3Failure { throw failure.error }
            }
        }
    }

    package func localCopy(of key: String, onBytes: @Sendable () -> Void) async throws -> LocalCopy {
        for _ in 1...Self.fetchesMax {
            if let copy = try await cache.hold(key) { return copy }
            try await fetch(key, onBytes)
        }
        throw ScriberrError(.storageFailed, "The local copy of a recording was cleared away too soon.")
    }

    package func remove(_ key: String) async throws {
        do {
            _ = try await client.send(.init(method: .DELETE, key: key))
        } catch let failure as S3Failure where !failure.isMissing {
            throw failure.error
        } catch is S3Failure {
            // There is none.
        }
        try await cache.remove(key)
    }

    package func removeLeftovers() async throws {
        try await cache.removeLeftovers()
        try await cache.trim()
        do {
            for upload in try await unfinishedUploads() where clock.now() - upload.began > Self.abandonedAfter {
                _ = try await client.send(.init(method: .DELETE, key: upload.key, query: [("uploadId", upload.id)]))
            }
        } catch {
            // Left for the next start; many buckets also have a rule for it. Nothing else depends on it.
        }
    }

    /// An upload in parts that has no end yet.
    struct UnfinishedUpload: Sendable {
        let key: String
        let id: String
        let began: Timestamp
    }

    /// The first thousand uploads of ours that have no end yet, whoever makes them.
    func unfinishedUploads() async throws -> [UnfinishedUpload] {
        let prefix = client.location.prefix
        let answer = try await client.send(.init(method: .GET, key: nil, query: [("prefix", prefix), ("uploads", "")]))
        return S3Text.all("Upload", in: answer.body).compactMap { upload in
            guard let key = S3Text.first("Key", in: upload), key.hasPrefix(prefix), let id = S3Text.first("UploadId", in: upload),
                let began = S3Text.first("Initiated", in: upload).flatMap(Timestamp.init(rfc3339:))
            else { return nil }
            return UnfinishedUpload(key: String(key.dropFirst(prefix.count)), id: id, began: began)
        }
    }

    /// An address from which anybody can fetch the blob for `seconds`, named and typed as given.
    package func downloadURL(of key: String, seconds: Int, mimeType: String, disposition: String) -> String {
        client.presignedURL(
            key,
            query: [("response-content-disposition", disposition), ("response-content-type", mimeType)],
            seconds: seconds
        )
    }

    /// Ends every connection.
    package func close() async { await client.close() }

    private func readOnce(
        _ key: String,
        _ range: Range<Int64>,
        body: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        let header = ("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        let response = try await client.open(.init(method: .GET, key: key, headers: [header]))
        let isWhole = response.status == .ok && range.lowerBound == 0
        guard response.status == .partialContent || isWhole else { throw ScriberrError.oddBucket("another range") }
        var missing = Int(range.upperBound - range.lowerBound)
        for try await buffer in response.body {
            let piece = Array(buffer.readableBytesView.prefix(missing))
            missing -= piece.count
            if !piece.isEmpty { try await body(piece[...]) }
        }
        guard missing == 0 else {
            throw ScriberrError(.mediaMissing, "The recording is shorter than expected.", detail: "\(missing) bytes are missing")
        }
    }

    private func fetch(_ key: String, _ onBytes: @Sendable () -> Void) async throws {
        guard let bytes = try await size(of: key) else { throw ScriberrError.missingRecording }
        let writer = try await cache.create(key)
        do {
            try await read(key, range: 0..<bytes) { piece in
                try await writer.write(piece)
                onBytes()
            }
            _ = try await writer.commit()
        } catch {
            await writer.abort()
            throw error
        }
        try await cache.trim()
    }
}

/// Whoever reads failed, not the bucket.
private struct ReaderFailure: Error {
    let cause: any Error
}
