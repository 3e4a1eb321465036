import CoreFoundation
import Foundation
import Glibc

/// Looks whether what a setting names can be used: folders, files and programs.
///
/// Says what is wanted of a place that cannot, in words that follow "wants".
enum PlaceCheck {
    /// A folder to write into; made when it is not there.
    static func writableFolder(_ path: String, mode: mode_t = 0o777) -> String? {
        let failure = makeFolder(path, mode)
        if failure != 0 { return "a folder that can be made: " + reason(failure) }
        var name = Array((path + "/.scriberr-XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        if descriptor >= 0 {
            close(descriptor)
            unlink(name)
        } else if errno != ENOSPC, errno != EDQUOT {
            // A full disk is told when something is to be kept there.
            return "a folder that can be written: " + reason(errno)
        }
        return nil
    }

    /// A folder to read from, into which things may come later; made when it is not there.
    static func readableFolder(_ path: String) -> String? {
        let failure = makeFolder(path, 0o777)
        if failure != 0 { return "a folder that can be made: " + reason(failure) }
        return access(path, R_OK | X_OK) == 0 ? nil : "a folder that can be read: " + reason(errno)
    }

    /// A folder that somebody else makes; it may come later.
    static func folderOrNothing(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno == ENOTDIR ? "a folder: " + reason(ENOTDIR) : nil }
        return isFolder(status) ? nil : "a folder: " + reason(ENOTDIR)
    }

    /// A folder that has to be there.
    static func folderThatIsThere(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "a folder that exists" }
        guard isFolder(status) else { return "a folder: " + reason(ENOTDIR) }
        return access(path, R_OK | X_OK) == 0 ? nil : "a folder that can be read: " + reason(errno)
    }

    /// A program that has to be there.
    static func program(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "a program that exists" }
        return isFolder(status) || access(path, X_OK) != 0 ? "a program that may be run" : nil
    }

    /// A program that may be installed later.
    static func programOrNothing(_ path: String) -> String? {
        var status = stat()
        return stat(path, &status) == 0 ? program(path) : nil
    }

    /// A folder for recordings: it and, where it is there, the folder in it for those that come in.
    static func recordingsFolder(_ path: String) -> String? {
        if let wants = writableFolder(path) { return wants }
        var status = stat()
        guard stat(path + "/.incoming", &status) == 0 else { return nil }
        return writableFolder(path + "/.incoming").map { "a folder whose .incoming is " + $0 }
    }

    /// A SQLite file in a folder that can be written; the file is made later, the folder now.
    static func databaseFile(_ path: String) -> String? {
        var status = stat()
        let file = DatabaseFile.resolved(path)
        if stat(path, &status) == 0 {
            guard !isFolder(status) else { return "the path of a file; this is a folder" }
            guard access(path, R_OK | W_OK) == 0 else { return "a file that can be read and written: " + reason(errno) }
            guard status.st_size == 0 || isDatabase(path) else { return "a SQLite database; this file is none" }
        }
        guard file.utf8.count <= DatabaseFile.pathBytesMax else {
            return "a path of at most \(DatabaseFile.pathBytesMax) bytes; this one has \(file.utf8.count)"
        }
        // SQLite keeps other files beside it, and the server its lock.
        let folder = (file as NSString).deletingLastPathComponent
        if let wants = writableFolder(folder.isEmpty ? "." : folder) { return "a file in " + wants }
        for ending in ["-wal", "-shm", ".lock"] where access(file + ending, R_OK | W_OK) != 0 && errno != ENOENT {
            return "a file whose \(ending) can be read and written too: " + reason(errno)
        }
        return nil
    }

    private static func isDatabase(_ path: String) -> Bool {
        let start = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: signature.count) }
        return start.map { [UInt8]($0) } == signature
    }

    private static let signature = Array("SQLite format 3\0".utf8)

    /// Makes the folder with all above it, `mode` being its own; answers 0, or the error's number.
    private static func makeFolder(_ path: String, _ mode: mode_t) -> Int32 {
        var status = stat()
        if stat(path, &status) == 0 { return isFolder(status) ? 0 : ENOTDIR }
        if mkdir(path, mode) == 0 { return 0 }
        let number = errno
        let parent = (path as NSString).deletingLastPathComponent
        guard number == ENOENT, !parent.isEmpty, parent != path else { return number }
        let failure = makeFolder(parent, 0o777)
        if failure != 0 { return failure }
        return mkdir(path, mode) == 0 ? 0 : errno
    }

    private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case EACCES, EPERM: "this account may not"
        case EROFS: "the file system is read-only"
        case ENOTDIR, EEXIST: "a file is there"
        case ENOSPC, EDQUOT: "the disk is full"
        case ENAMETOOLONG: "the name is too long"
        case ELOOP: "its links lead in a circle"
        default: "the system does not allow it there"
        }
    }
}
