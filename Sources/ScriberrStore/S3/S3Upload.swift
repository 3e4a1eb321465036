import NIOHTTP1
import ScriberrCore

/// One object on its way into the bucket: small ones in a single request, large ones in parts that are sent while more bytes come.
///
/// Holds at most one part that grows and ``partsInFlightMax`` that are being sent. Calls come one after the other.
actor S3Upload {
    private let client: S3Client
    private let key: String
    private var buffer: [UInt8] = []
    private var uploadID: String?
    private var sending: [Task<String, any Error>] = []
    private var tags: [String] = []

    private static let partsInFlightMax = 2
    /// The service takes 10,000 parts; small ones keep memory low, large ones behind them leave no upload without room.
    private static let (smallPartBytes, smallPartsMax, largePartBytes) = (8 << 20, 5_000, 128 << 20)

    init(client: S3Client, key: String) {
        (self.client, self.key) = (client, key)
    }

    /// Appends bytes; waits while enough parts are on their way.
    func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = partBytes - buffer.count
            buffer.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            if buffer.count == partBytes { try await sendPart() }
        }
    }

    /// Makes the object visible. `sizeBytes` is what was written in all.
    func commit(sizeBytes: Int64) async throws {
        do {
            guard let uploadID else { return try await sendWhole() }
            if !buffer.isEmpty { try await sendPart() }
            while !sending.isEmpty { try await awaitOldest() }
            try await complete(uploadID, sizeBytes)
        } catch let failure as S3Failure {
            throw failure.error
        }
    }

    /// Throws away what was sent. The server forgets it later by itself when it cannot be told now.
    func abort() async {
        for task in sending { task.cancel() }
        for task in sending { _ = await task.result }
        (sending, buffer) = ([], [])
        guard let uploadID else { return }
        self.uploadID = nil
        // What fails here is found again when leftovers are removed.
        _ = try? await client.send(.init(method: .DELETE, key: key, query: [("uploadId", uploadID)]))
    }

    private var partBytes: Int { tags.count + sending.count < Self.smallPartsMax ? Self.smallPartBytes : Self.largePartBytes }

    private func sendWhole() async throws {
        var call = S3Client.Call(method: .PUT, key: key, body: buffer)
        call.addChecksum()
        _ = try await client.send(call)
        buffer = []
    }

    private func sendPart() async throws {
        do {
            let uploadID = try await started()
            if sending.count == Self.partsInFlightMax { try await awaitOldest() }
            var call = S3Client.Call(method: .PUT, key: key, body: buffer)
            call.query = [("partNumber", "\(tags.count + sending.count + 1)"), ("uploadId", uploadID)]
            call.addChecksum()
            buffer = []
            sending.append(
                Task { [client, call] in
                    guard let tag = try await client.send(call).headers.first(name: "etag") else {
                        throw ScriberrError.oddBucket("no tag")
                    }
                    return tag
                }
            )
        } catch let failure as S3Failure {
            throw failure.error
        }
    }

    private func awaitOldest() async throws {
        tags.append(try await sending[0].value)
        sending.removeFirst()
    }

    private func started() async throws -> String {
        if let uploadID { return uploadID }
        let answer = try await client.send(.init(method: .POST, key: key, query: [("uploads", "")]))
        guard let id = S3Text.first("UploadId", in: answer.body) else { throw ScriberrError.oddBucket("no upload id") }
        uploadID = id
        return id
    }

    private func complete(_ uploadID: String, _ sizeBytes: Int64) async throws {
        let parts = tags.enumerated().map { number, tag in
            "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
        }
        let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
        let call = S3Client.Call(method: .POST, key: key, query: [("uploadId", uploadID)], body: Array(body.utf8))
        do {
            let client = client
            try await client.retrying {
                let answer = try await client.send(call)
                // The status is sent before the work is done, so a failure can stand in the body of a success.
                if answer.body.contains("<Error>") { throw S3Failure(status: 503, body: answer.body) }
            }
        } catch let failure as S3Failure where failure.status == 404 {
            // An earlier try was carried out and only its answer got lost, if the object is there.
            let found = try await client.send(.init(method: .HEAD, key: key)).headers.first(name: "content-length")
            guard found.flatMap(Int64.init) == sizeBytes else { throw failure.error }
        }
        self.uploadID = nil
    }
}

extension ScriberrError {
    /// The bucket's server answered something that no server of its kind should.
    static func oddBucket(_ detail: String) -> ScriberrError {
        ScriberrError(.storageFailed, "Storage gave an answer that cannot be used.", detail: "bucket: \(detail)")
    }
}
