import Foundation
import NIOCore
import ScriberrCore

/// A form with one file at its end, read from the disk while it is sent.
struct MultipartUpload: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let boundary: String
    private let head: String
    private let tail: String
    private let path: String
    private let fileBytes: Int64

    static let chunkBytes = 256 * 1_024

    /// Throws `MEDIA_MISSING` when the file cannot be read.
    init(fields: [(name: String, value: String)], path: String) throws {
        let boundary = "scriberr-\(UUID().uuidString)"
        let texts = fields.map { field in
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n"
        }
        // The name people gave the recording is none of the remote's business; its kind is.
        let name = "audio." + Self.suffix(of: path)
        head =
            texts.joined()
            + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
        tail = "\r\n--\(boundary)--\r\n"
        self.boundary = boundary
        self.path = path
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber else {
            throw Self.missing(path)
        }
        fileBytes = size.int64Value
    }

    /// The length of the whole form in bytes.
    var byteCount: Int64 { Int64(head.utf8.count + tail.utf8.count) + fileBytes }

    func makeAsyncIterator() -> Iterator { Iterator(form: self) }

    struct Iterator: AsyncIteratorProtocol {
        private let form: MultipartUpload
        private var file: FileHandle?
        private var sent: Int64 = 0
        private var part = 0

        fileprivate init(form: MultipartUpload) { self.form = form }

        mutating func next() async throws -> ByteBuffer? {
            switch part {
            case 0:
                part = 1
                return ByteBuffer(string: form.head)
            case 1:
                if let bytes = try nextOfFile() { return bytes }
                part = 2
                return ByteBuffer(string: form.tail)
            default: return nil
            }
        }

        private mutating func nextOfFile() throws -> ByteBuffer? {
            guard let file = try file ?? open() else { throw MultipartUpload.missing(form.path) }
            let wanted = Int(Swift.min(Int64(MultipartUpload.chunkBytes), form.fileBytes - sent))
            guard wanted > 0 else { return nil }
            guard let bytes = try file.read(upToCount: wanted), !bytes.isEmpty else { throw MultipartUpload.missing(form.path) }
            sent += Int64(bytes.count)
            return ByteBuffer(bytes: bytes)
        }

        private mutating func open() throws -> FileHandle? {
            file = FileHandle(forReadingAtPath: form.path)
            return file
        }
    }

    /// Only letters and digits, for it stands in a header.
    private static func suffix(of path: String) -> String {
        let suffix = (path as NSString).pathExtension.lowercased()
        let isPlain = (1...5).contains(suffix.count) && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isPlain ? suffix : "wav"
    }

    private static func missing(_ path: String) -> ScriberrError {
        ScriberrError(.mediaMissing, "The recording is gone.", detail: path)
    }
}
