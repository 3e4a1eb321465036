import Dispatch
import Glibc
import ScriberrCore

/// An open file; closed when the last reference goes.
final class OpenFile: Sendable {
    let descriptor: Int32

    /// Opens the file. Throws `MEDIA_MISSING` when there is none; one that is to be made misses only its folder, and fails for now.
    init(path: String, flags: Int32) throws {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor < 0 else { return }
        throw errno == ENOENT && flags & O_CREAT == 0 ? ScriberrError.missingRecording : ScriberrError.file("open")
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer only at the end.
    func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, Int(offset) + filled)
                if got == 0 { break }
                if got > 0 { filled += got } else if errno != EINTR { throw ScriberrError.file("read") }
            }
        }
    }

    /// Has the disk begin with what will be read soon; waits for nothing.
    func willRead(_ range: Range<Int64>) {
        // A file system that takes no hints reads when it is asked to.
        _ = posix_fadvise(descriptor, Int(range.lowerBound), range.count, POSIX_FADV_WILLNEED)
    }

    /// Appends all of `bytes`.
    func write(_ bytes: ArraySlice<UInt8>) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Appends all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count >= 0 { written += count } else if errno != EINTR { throw ScriberrError.file("write") }
        }
    }

    /// Writes all of `bytes` to where they belong. Calls may overlap.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor,
                bytes.baseAddress.map { $0 + written },
                bytes.count - written,
                Int(offset) + written
            )
            if count >= 0 { written += count } else if errno != EINTR { throw ScriberrError.file("write") }
        }
    }

    /// The same file for writes that leave no copy in the system's cache: their bytes have to lie, end and go to where pages begin.
    /// Nil where the file system has no such writes.
    func pastCache() -> OpenFile? { try? OpenFile(path: "/proc/self/fd/\(descriptor)", flags: O_WRONLY | pastCacheFlag) }

    /// The file's length in bytes.
    func size() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ScriberrError.file("fstat") }
        return Int64(status.st_size)
    }

    /// Cuts the file to `length` bytes and goes on writing there.
    func rewind(to length: Int64) throws {
        guard ftruncate(descriptor, Int(length)) == 0 else { throw ScriberrError.file("ftruncate") }
        guard lseek(descriptor, Int(length), SEEK_SET) >= 0 else { throw ScriberrError.file("lseek") }
    }

    /// Waits until the bytes are on the disk.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw ScriberrError.file("fsync") }
    }

    /// The same for the bytes alone, without the times of the file.
    func syncBytes() throws {
        guard fdatasync(descriptor) == 0 else { throw ScriberrError.file("fdatasync") }
    }

    /// Takes the lock that tells other processes that the file is in use. False when it is taken.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Gives the lock back before the file is closed.
    func unlock() { flock(descriptor, LOCK_UN) }
}

/// Threads that may wait for a disk, so that those of the concurrency runtime need not.
struct FileQueue: Sendable {
    static let shared = FileQueue()
    private let queue = DispatchQueue(label: "scriberr.files", attributes: .concurrent)

    /// Runs `work` on such a thread.
    func run<Value: Sendable>(_ work: @Sendable @escaping () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}

/// `O_DIRECT` of Linux (`fcntl.h`), which the C library's headers hide from Swift.
#if arch(arm64) || arch(arm)
    private let pastCacheFlag: CInt = 0o200000
#else
    private let pastCacheFlag: CInt = 0o40000
#endif

extension ScriberrError {
    static let missingRecording = ScriberrError(.mediaMissing, "The recording is gone.")

    /// The failure of the system call that just set `errno`.
    static func file(_ call: String) -> ScriberrError {
        let number = errno
        if number == ENOSPC || number == EDQUOT || number == EFBIG {
            return ScriberrError(.storageFull, "There is no room left to store this.", detail: "\(call): errno \(number)")
        }
        return ScriberrError(.storageFailed, "Storage failed for a moment.", detail: "\(call): errno \(number)")
    }
}
