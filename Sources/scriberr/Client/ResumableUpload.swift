import CoreFoundation
import Foundation
import Glibc
import ScriberrCore

/// Sends a file in pieces (tus 1.0) and goes on where it was when the line breaks, also in a later run of the program.
struct ResumableUpload: Sendable {
    let client: ServerClient
    let path: String
    let title: String?
    /// Hears how many bytes are there, of how many.
    let progress: @Sendable (Int64, Int64) -> Void
    private static let pieceBytes = 4 << 20
    private static let triesMax = 8
    private static let version = ("Tus-Resumable", "1.0.0")

    init(
        client: ServerClient,
        path: String,
        title: String?,
        progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) {
        self.client = client
        self.path = path
        self.title = title
        self.progress = progress
    }

    /// Sends the file and answers the id that it got. Throws what the server refuses it for, and `REMOTE_FAILED` when the
    /// server could not be reached for a minute or so.
    func run() async throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ScriberrError(.mediaMissing, "There is no such recording, or it may not be read.")
        }
        defer { try? file.close() }
        var status = stat()
        guard fstat(file.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ScriberrError(.mediaMissing, "That is no file.")
        }
        let length = Int64(status.st_size)
        let memory = UploadMemory(server: client.login.server, path: path, status: status)
        var place = try await resumed(memory)
        var location = memory.location
        if place == nil || location == nil {
            location = try await announce(length)
            place = .at(0)
            if let location { memory.keep(location) }
        }
        guard let location, var place else { throw Self.unexpected }
        var tries = 0
        while case .at(let offset) = place {
            progress(offset, length)
            do {
                place = try await send(file, from: offset, length, to: location)
                tries = 0
            } catch let error as ScriberrError where Self.mayPass(error) {
                tries += 1
                guard tries < Self.triesMax else { throw error }
                try await Task.sleep(for: .milliseconds(250 << min(tries, 6)))
                // Where the server is may not be where we thought.
                if let there = try? await state(location) { place = there }
            } catch let error as ScriberrError {
                memory.forget()
                throw error
            }
        }
        guard case .done(let id) = place else { throw Self.unexpected }
        progress(length, length)
        memory.forget()
        return id
    }

    private enum Place {
        case at(Int64)
        case done(String)
    }

    private func resumed(_ memory: UploadMemory) async throws -> Place? {
        guard let location = memory.location else { return nil }
        do {
            return try await state(location)
        } catch let error as ScriberrError where error.code != .remoteFailed {
            // Forgotten by the server, or somebody else's.
            memory.forget()
            return nil
        }
    }

    private func announce(_ length: Int64) async throws -> String? {
        func pair(_ key: String, _ value: String) -> String { key + " " + Data(value.utf8).base64EncodedString() }
        var metadata = [pair("filename", (path as NSString).lastPathComponent), pair("auto_transcribe", "false")]
        if let title { metadata.append(pair("title", title)) }
        let answer = try await client.send(
            .POST,
            "uploads",
            headers: [
                Self.version, ("Upload-Length", String(length)), ("Upload-Metadata", metadata.joined(separator: ",")),
            ]
        )
        return answer.header("Location").map { client.login.server + $0 }
    }

    private func state(_ location: String) async throws -> Place {
        // HEAD has no body to explain a refusal; GET has.
        struct Upload: Decodable {
            var offsetBytes: Int64
            var fileId: String?
        }
        let upload: Upload = try await client.send(.GET, location).json()
        if let id = upload.fileId { return .done(id) }
        return .at(upload.offsetBytes)
    }

    private func send(_ file: FileHandle, from offset: Int64, _ length: Int64, to location: String) async throws -> Place {
        let piece: Data
        do {
            try file.seek(toOffset: UInt64(offset))
            piece = try file.read(upToCount: Self.pieceBytes) ?? Data()
        } catch {
            throw ScriberrError(.mediaUnreadable, "The recording cannot be read.", detail: "\(error)")
        }
        guard !piece.isEmpty || offset == length else {
            throw ScriberrError(.mediaUnreadable, "The recording became shorter while it was sent.")
        }
        let answer = try await client.send(
            .PATCH,
            location,
            headers: [
                Self.version, ("Upload-Offset", String(offset)), ("Content-Type", "application/offset+octet-stream"),
            ],
            bytes: piece,
            timeoutSeconds: 600
        )
        if let id = answer.header("Upload-File-ID") { return .done(id) }
        guard let next = answer.header("Upload-Offset").flatMap({ Int64($0) }) else { throw Self.unexpected }
        return .at(next)
    }

    /// Whether another try may help: the line broke, the server is busy or just restarting, or has not noticed the break yet.
    private static func mayPass(_ error: ScriberrError) -> Bool {
        error.disposition == .transient || error.code == .conflict || error.code.rawValue == "UPLOAD_LOCKED"
    }

    private static let unexpected = ScriberrError(.remoteFailed, "The server answered something unexpected. Is it Scriberr?")
}

/// Remembers where an unfinished upload is, so that the next run of the program goes on with it.
private struct UploadMemory {
    private let file: String

    /// The memory of one state of one file for one server.
    init(server: String, path: String, status: stat) {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? NSHomeDirectory()
        let folder = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/state"
        let full = URL(fileURLWithPath: path).standardizedFileURL.path
        let modified = withUnsafeBytes(of: status.st_mtim) { $0.map { String($0) }.joined(separator: ".") }
        let key = "\(server)\n\(full)\n\(status.st_size)\n\(modified)"
        file = "\(folder)/scriberr/uploads/\(ContentHash.text(key))"
    }

    var location: String? {
        (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// An upload that cannot be remembered is sent all the same.
    func keep(_ location: String) {
        let folder = (file as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try? location.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func forget() { unlink(file) }
}
