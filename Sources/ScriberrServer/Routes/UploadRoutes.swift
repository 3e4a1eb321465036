import HTTPTypes
import NIOCore
import ScriberrCore
import ScriberrServices
import ServiceLifecycle

/// tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, creation-with-upload, checksum, expiration, termination.
extension Route {
    static let uploads: [Route] = [
        Route(
            .post,
            "/api/v1/uploads",
            .scoped(.write) { call, principal in try await call.tus { try await $0.create(principal) } }
        ),
        // HEAD answers the same without the JSON: what tus clients ask.
        Route(
            .get,
            "/api/v1/uploads/{id}",
            .scoped(.read) { call, principal in
                try await call.tus(mustNameVersion: false) { call in
                    let upload = try await call.services.uploads.get(principal.owner, call.id())
                    var answer = Answer.object { $0.upload(upload) }
                    answer.describe(upload, withMetadata: true)
                    return answer
                }
            }
        ),
        Route(
            .patch,
            "/api/v1/uploads/{id}",
            .scoped(.write) { call, principal in try await call.tus { try await $0.append(principal) } }
        ),
        Route(
            .delete,
            "/api/v1/uploads/{id}",
            .scoped(.write) { call, principal in try await call.tus { try await $0.end(principal) } }
        ),
        Route(
            .post,
            "/api/v1/uploads/{id}",
            .scoped(.write) { call, principal in
                try await call.tus { call in
                    // For clients behind something that lets no other method through.
                    switch call.headers[.methodOverride]?.uppercased() {
                    case "PATCH": return try await call.append(principal)
                    case "DELETE": return try await call.end(principal)
                    default:
                        throw ScriberrError(
                            .invalidRequest,
                            "POST to an upload needs X-HTTP-Method-Override: PATCH or DELETE.",
                            field: "X-HTTP-Method-Override"
                        )
                    }
                }
            }
        ),
    ]
}

extension Call {
    /// Runs a request of the protocol: its version is checked, and every answer names the server's, failures too.
    fileprivate func tus(mustNameVersion: Bool = true, _ run: (Call) async throws -> Answer) async throws -> Answer {
        var answer: Answer
        do {
            guard headers[.tusResumable] ?? (mustNameVersion ? "" : Tus.version) == Tus.version else {
                throw ScriberrError(.preconditionFailed, "Tus-Resumable must be \(Tus.version).", field: "Tus-Resumable")
            }
            answer = try await run(self)
        } catch let error as ScriberrError where error.code.status.kind == .clientError {
            answer = .failure(error, requestID: requestID)
            if error.code == .preconditionFailed { answer.headers[.tusVersion] = Tus.version }
        }
        answer.headers[.tusResumable] = Tus.version
        if answer.headers[.cacheControl] == nil { answer.headers[.cacheControl] = "no-store" }
        return answer
    }

    fileprivate func create(_ principal: Principal) async throws -> Answer {
        let length = try byteCount(.uploadLength)
        let metadata = headers[.uploadMetadata] ?? ""
        var upload = try await services.uploads.create(principal.owner, lengthBytes: length, metadata: metadata)
        if headers[.contentType] == Tus.pieceType { upload = try await receive(principal, upload.id, at: 0) }
        var answer = Answer(status: .created, headers: [.location: "/api/v1/uploads/\(upload.id.text)"])
        answer.describe(upload)
        return answer
    }

    fileprivate func append(_ principal: Principal) async throws -> Answer {
        guard headers[.contentType] == Tus.pieceType else {
            throw ScriberrError(.unsupportedMediaType, "A piece is sent as \(Tus.pieceType).", field: "Content-Type")
        }
        var answer = Answer(status: .noContent)
        answer.describe(try await receive(principal, id(), at: byteCount(.uploadOffset)))
        return answer
    }

    fileprivate func end(_ principal: Principal) async throws -> Answer {
        try await services.uploads.delete(principal.owner, id())
        return .nothing
    }

    /// Takes the body as a piece. When the client goes away in the middle, what came is kept.
    private func receive(_ principal: Principal, _ id: UploadID, at offset: Int64) async throws -> PartialUpload {
        let piece = try await services.uploads.receive(
            principal.owner,
            id,
            at: offset,
            declaredBytes: intake.declaredBytes,
            checksum: try headers[.uploadChecksum].map { try PieceChecksum(header: $0) }
        )
        do {
            let intake = intake
            // A long piece does not hold up the stop of the server: what came of it is kept.
            try await cancelWhenGracefulShutdown {
                while let bytes = try await intake.next() { try await piece.write(Array(bytes.readableBytesView)[...]) }
            }
            return try await piece.end()
        } catch  where error is ConnectionLost || error is CancellationError {
            // In a task of its own: this one may be canceled, and the bytes are here.
            try await Task { try await piece.interrupt() }.value
            throw error
        }
    }

    private func byteCount(_ name: HTTPField.Name) throws -> Int64 {
        guard let count = headers[name].flatMap({ Int64($0) }), count >= 0 else {
            throw ScriberrError(.invalidRequest, "\(name.rawName) is a number of bytes.", field: name.rawName)
        }
        return count
    }
}

extension Answer {
    /// Says how far an upload is and, once it is complete, which file it became.
    fileprivate mutating func describe(_ upload: PartialUpload, withMetadata: Bool = false) {
        headers[.uploadOffset] = String(upload.offsetBytes)
        headers[.uploadExpires] = HTTPDate.text(upload.expiresAt)
        if let file = upload.fileID {
            headers[.uploadFileID] = file.text
            headers[.contentLocation] = "/api/v1/files/\(file.text)"
        }
        guard withMetadata else { return }
        headers[.uploadLength] = String(upload.lengthBytes)
        if !upload.metadata.isEmpty { headers[.uploadMetadata] = upload.metadata }
    }
}

extension JSONWriter {
    /// Writes the fields of an upload in pieces.
    fileprivate mutating func upload(_ upload: PartialUpload) {
        field("id", upload.id.text)
        field("length_bytes", upload.lengthBytes)
        field("offset_bytes", upload.offsetBytes)
        field("file_id", upload.fileID?.text)
        field("created_at", upload.createdAt)
        field("expires_at", upload.expiresAt)
    }
}

/// What the protocol is called and what of it is spoken here.
enum Tus {
    static let version = "1.0.0"
    static let pieceType = "application/offset+octet-stream"
    static let extensions = "creation,creation-with-upload,checksum,expiration,termination"

    /// What `OPTIONS` on an upload's path says.
    static func capabilities(limitBytes: Int64) -> HTTPFields {
        var fields = HTTPFields()
        fields[.tusResumable] = version
        fields[.tusVersion] = version
        fields[.tusExtension] = extensions
        fields[.tusMaxSize] = String(limitBytes)
        fields[.tusChecksumAlgorithm] = PieceChecksum.algorithms.joined(separator: ",")
        return fields
    }
}
