import Foundation
import Glibc
import ScriberrCore
import SystemPackage

/// The place that a person named for results. A regular file gets all of its new bytes or keeps the old ones, and keeps its mode; links
/// are followed; into anything else, such as a device or a pipe, the bytes are written.
enum ResultFile {
    private enum Place {
        case new(path: String)
        case regular(path: String, stat)
        case other(path: String)
        /// What this process has open, as `/dev/stdout` and the shell's `>(…)` are.
        case open(FileDescriptor)
    }

    private static let linksMax = 40

    /// Why nothing can be written there; nil when it seems that it can.
    static func problem(_ path: String) -> String? {
        switch find(path) {
        case .open: return nil
        case .regular(let place, _), .other(let place):
            return access(place, W_OK) == 0 ? nil : "'\(path)' cannot be written."
        case .new(let place):
            let folder = folder(of: place)
            guard FileManager.default.fileExists(atPath: folder) else { return "There is no folder '\(folder)' to write to." }
            return FileManager.default.isWritableFile(atPath: folder) ? nil : "The folder '\(folder)' cannot be written."
        }
    }

    /// Writes the bytes. Throws `STORAGE_FAILED`. A reader that went away has had enough: that is no failure.
    static func write(_ bytes: Data, to path: String) throws {
        do {
            switch find(path) {
            case .open(let descriptor): try descriptor.put(bytes)
            case .new(let place): try replace(place, with: bytes, like: nil)
            case .other(let place): try overwrite(place, with: bytes)
            case .regular(let place, let status):
                // Other names of the same file would be left with the old bytes.
                guard status.st_nlink == 1 else { return try overwrite(place, with: bytes) }
                do {
                    try replace(place, with: bytes, like: status)
                } catch Errno.permissionDenied, Errno.notPermitted, Errno.readOnlyFileSystem {
                    // The file may be written, but not the folder, or another one cannot be made to look like it.
                    try overwrite(place, with: bytes)
                }
            }
        } catch Errno.brokenPipe {
            return
        } catch let error as Errno {
            throw ScriberrError(unwritable: "The file '\(path)'", error)
        }
    }

    private static func find(_ path: String) -> Place {
        var path = path
        for _ in 0..<linksMax {
            let name = (path as NSString).lastPathComponent
            if let number = Int32(name), isOwnDescriptors(folder(of: path)) { return .open(FileDescriptor(rawValue: number)) }
            var status = stat()
            guard lstat(path, &status) == 0 else { return .new(path: path) }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .regular(path: path, status)
            case S_IFLNK:
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
                    return .other(path: path)
                }
                path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
            default: return .other(path: path)
            }
        }
        // Opening it says what is wrong.
        return .other(path: path)
    }

    /// Whether what is called like a number there is a descriptor of this process.
    private static func isOwnDescriptors(_ folder: String) -> Bool {
        guard let real = realpath(folder, nil) else { return false }
        defer { free(real) }
        return String(cString: real) == "/proc/\(getpid())/fd"
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    /// Puts a new file in the place of one, or where none is.
    private static func replace(_ path: String, with bytes: Data, like status: stat?) throws {
        let partial = folder(of: path) + "/.scriberr-\(UUID().uuidString)"
        // Without a model the mode is what the user's mask leaves.
        let mode = FilePermissions(rawValue: status == nil ? 0o666 : 0o600)
        let file = try FileDescriptor.open(
            FilePath(partial),
            .writeOnly,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: mode
        )
        do {
            do {
                if let status {
                    guard fchown(file.rawValue, status.st_uid, status.st_gid) == 0,
                        fchmod(file.rawValue, status.st_mode & 0o7777) == 0
                    else { throw Errno(rawValue: errno) }
                }
                try file.put(bytes)
            } catch {
                try? file.close()
                throw error
            }
            try file.close()
            guard rename(partial, path) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(partial)
            throw error
        }
    }

    private static func overwrite(_ path: String, with bytes: Data) throws {
        let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.truncate, .closeOnExec])
        try file.closeAfter { try file.put(bytes) }
    }
}

extension ScriberrError {
    /// Why `place` could not be written.
    init(unwritable place: String, _ error: Errno) {
        let isFull = error == .noSpace || error == .diskQuotaExceeded
        self.init(
            isFull ? .storageFull : .storageFailed,
            "\(place) cannot be written\(isFull ? ": no room is left" : "").",
            disposition: .permanent,
            detail: "\(error)"
        )
    }
}

extension FileDescriptor {
    /// Writes all of the bytes, however slowly they are taken. Throws `Errno`.
    func put(_ bytes: Data) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                rest = rest.dropFirst(try rest.withUnsafeBytes { try write($0) })
            } catch Errno.wouldBlock {
                // Somebody who shares it made it so.
                var wanted = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            }
        }
    }
}
