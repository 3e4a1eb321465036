import Foundation
import Glibc
import ScriberrCore

/// Keeps a second server away from the same database file for as long as this process lives.
///
/// The kernel drops the lock with the process, however it ends, so a lock that can be had means that every server before
/// us is dead and its jobs may be taken back at once.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, by whatever links `path` leads to the file. Throws ``SettingsError`` when another process holds it or the folder
    /// cannot be written.
    init(forDatabaseAt path: String) throws {
        descriptor = open(DatabaseFile.resolved(path) + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SettingsError(problems: ["DATABASE_PATH: the folder of the database cannot be written"])
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw SettingsError(problems: ["DATABASE_PATH: another Scriberr server is using this database; stop it first"])
        }
    }

    deinit { close(descriptor) }
}
