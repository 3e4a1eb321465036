import HTTPTypes
import NIOCore
import ScriberrCore
import ScriberrServices

/// A form with a file: its small fields, and the upload that took the file's bytes.
struct UploadForm: Sendable {
    /// The text fields.
    var fields: FormFields
    /// The file's bytes, all of them.
    var upload: Upload
    /// The name the client gave the file.
    var fileName: String

    /// Room for the form around the file.
    private static let overheadBytesMax: Int64 = 1 << 20

    /// The largest request that carries a file.
    static func requestBytesMax(_ library: LibraryService) -> Int64 {
        let (sum, overflows) = library.uploadLimitBytes.addingReportingOverflow(overheadBytesMax)
        return overflows ? .max : sum
    }
}

extension Call {
    /// Reads a form; the file streams into an upload as it comes, at the speed of the storage. When anything goes wrong the
    /// upload is thrown away.
    ///
    /// `beforeFile` sees the fields that came before the file and may refuse the request before it is stored.
    func receiveForm(
        _ owner: UserID,
        _ shape: FormShape = FormShape(),
        beforeFile: (FormFields) async throws -> Void = { _ in }
    ) async throws -> UploadForm {
        _ = try idempotencyKey()
        guard let boundary = multipartBoundary(contentType: headers[.contentType]) else {
            throw ScriberrError(.invalidRequest, "The request must be multipart/form-data with a file.", field: "file")
        }
        var reader = FormReader(owner: owner, library: services.library, shape: shape, declaredBytes: intake.declaredBytes)
        try reader.checkDeclaredLength()
        do {
            try await intake.besideConnection { try await reader.read(intake, boundary, beforeFile) }
            return try reader.form()
        } catch let error as MultipartError {
            await reader.abort()
            throw ScriberrError(.invalidRequest, "The multipart form is malformed.", field: "file", detail: "\(error)")
        } catch {
            await reader.abort()
            throw error
        }
    }

    /// Runs `run` at most once per `Idempotency-Key`; a repetition is the same request when its fields and the file's bytes are,
    /// whatever boundary separates them. The upload of a repetition is thrown away.
    func onceByForm(_ principal: Principal, _ form: UploadForm, _ run: (Call) async throws -> Answer) async throws -> Answer {
        guard let key = try idempotencyKey() else { return try await run(self) }
        do {
            // Of a field that comes more than once only the first value counts on the routes that take a key.
            var parts = form.fields.sorted.flatMap { [Array($0.name.utf8), Array(($0.values.first ?? "").utf8)] }
            parts += [Array(form.fileName.utf8), Array(try await form.upload.contentHash().utf8)]
            let answer = try await once(principal, key, parts: parts, run)
            await form.upload.abort()
            return answer
        } catch {
            await form.upload.abort()
            throw error
        }
    }
}

/// Sorts the events of a form into fields and file, and holds both to their limits.
private struct FormReader {
    private enum Target {
        /// A text field. One that has a file's name, as some clients send all of theirs, is left out when it is no text.
        case field(String, [UInt8], isNamedFile: Bool)
        case file
        case nothing
    }

    private static let fieldBytesMax = 64 * 1_024

    private let owner: UserID
    private let library: LibraryService
    private let shape: FormShape
    private let declaredBytes: Int64?
    private var receivedBytes: Int64 = 0
    private var target = Target.nothing
    private var fields = FormFields()
    private var upload: Upload?
    private var fileName = ""

    init(owner: UserID, library: LibraryService, shape: FormShape, declaredBytes: Int64?) {
        self.owner = owner
        self.library = library
        self.shape = shape
        self.declaredBytes = declaredBytes
    }

    private var requestBytesMax: Int64 { UploadForm.requestBytesMax(library) }

    private var tooLarge: ScriberrError {
        ScriberrError(.payloadTooLarge, "The upload is larger than \(library.uploadLimitBytes) bytes.", field: "file")
    }

    func checkDeclaredLength() throws {
        if let declaredBytes, declaredBytes > requestBytesMax { throw tooLarge }
    }

    mutating func read(
        _ intake: BodyIntake,
        _ boundary: String,
        _ beforeFile: (FormFields) async throws -> Void
    ) async throws {
        var limits = MultipartParser.Limits()
        limits.parts = shape.partsMax
        var parser = MultipartParser(boundary: boundary, limits: limits)
        var events: [MultipartParser.Event] = []
        while let piece = try await intake.next() {
            try count(piece.readableBytes)
            try parser.feed(piece, into: &events)
            for event in events { try await take(event, beforeFile) }
            events.removeAll(keepingCapacity: true)
            if shape.leavesEnd, parser.isComplete { break }
        }
        try parser.finish()
    }

    private mutating func count(_ bytes: Int) throws {
        receivedBytes += Int64(bytes)
        if receivedBytes > requestBytesMax { throw tooLarge }
    }

    private mutating func take(_ event: MultipartParser.Event, _ beforeFile: (FormFields) async throws -> Void) async throws {
        switch event {
        case .partBegan(let headers):
            // What is looked up and begun here may take its time.
            target = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await begin(headers, beforeFile) }
        case .content(let bytes): try await append(bytes)
        case .partEnded:
            if case .field(let name, let bytes, let isNamedFile) = target { try keep(name, bytes, isNamedFile) }
            target = .nothing
        case .bodyEnded: break
        }
    }

    func form() throws -> UploadForm {
        guard let upload else {
            throw ScriberrError(.invalidRequest, "The form has no file in a part named \"file\".", field: "file")
        }
        return UploadForm(fields: fields, upload: upload, fileName: fileName)
    }

    func abort() async { await upload?.abort() }

    private mutating func begin(
        _ headers: MultipartHeaders,
        _ beforeFile: (FormFields) async throws -> Void
    ) async throws -> Target {
        guard let name = headers.name else { throw MultipartError.malformed("part without a name") }
        guard shape.fileNames.contains(name), let fileName = headers.filename else {
            return shape.fileNames.contains(name) ? .nothing : .field(name, [], isNamedFile: headers.filename != nil)
        }
        guard upload == nil else {
            throw ScriberrError(.invalidRequest, "The form has more than one file.", field: "file")
        }
        try await beforeFile(fields)
        self.fileName = fileName
        upload = try await library.beginUpload(owner, fileName: fileName, declaredType: headers["content-type"])
        if !shape.filePrefix.isEmpty { try await upload?.write(shape.filePrefix[...]) }
        return .file
    }

    private mutating func append(_ bytes: ByteBufferView) async throws {
        switch target {
        case .file: try await upload?.write(bytes)
        case .nothing: break
        case .field(let name, _, _) where shape.unread.contains(name): break
        case .field(let name, var value, let isNamedFile):
            // Taken out and put back, so that the bytes are not copied with each piece.
            target = .nothing
            guard value.count + bytes.count <= Self.fieldBytesMax else {
                if isNamedFile { return }
                throw ScriberrError(.validation, "A field has at most \(Self.fieldBytesMax >> 10) KiB.", field: name)
            }
            value += bytes
            target = .field(name, value, isNamedFile: isNamedFile)
        }
    }

    private mutating func keep(_ name: String, _ bytes: [UInt8], _ isNamedFile: Bool) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            if isNamedFile { return }
            throw ScriberrError(.invalidRequest, "A field of the form is not UTF-8.", field: name)
        }
        fields.append(name, text)
    }
}
