import Glibc
import ScriberrCore

/// A file that is being written. What goes wrong has a code: a full disk is told apart from a broken one.
struct FileSink: ~Copyable {
    private let descriptor: Int32
    /// Bytes in the file.
    private(set) var count: Int64

    /// Makes a new file, or opens one to append to.
    init(_ path: String, appending: Bool = false) throws {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC)
        descriptor = open(path, flags, 0o644)
        guard descriptor >= 0 else { throw storageError(errno, "open \(path)") }
        count = appending ? max(0, Int64(lseek(descriptor, 0, SEEK_END))) : 0
    }

    deinit { close(descriptor) }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw storageError(errno, "write") }
            count += Int64(written)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Brings the bytes to the disk.
    func synchronize() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw storageError(errno, "fsync") }
    }
}

/// What a failed call to the file system means.
func storageError(_ number: Int32, _ what: String) -> ScriberrError {
    switch number {
    case ENOSPC, EDQUOT, EFBIG:
        ScriberrError(.storageFull, "There is no room left for the model.", detail: "\(what): errno \(number)")
    case EACCES, EPERM, EROFS:
        ScriberrError(
            .storageFailed,
            "The model folder may not be written to.",
            disposition: .permanent,
            detail: "\(what): errno \(number)"
        )
    default:
        ScriberrError(.storageFailed, "The model folder cannot be written to.", detail: "\(what): errno \(number)")
    }
}

/// What is left on the disk that holds `path`; nil when that cannot be told.
func freeBytes(at path: String) -> Int64? {
    var information = statvfs()
    guard statvfs(path, &information) == 0 else { return nil }
    return Int64(information.f_bavail) * Int64(information.f_frsize)
}
