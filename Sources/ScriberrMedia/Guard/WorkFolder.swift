package import Foundation
import Glibc
import ScriberrCore

/// A folder of its own for a child process, below the one for temporary files. Whoever made it holds a lock on it, which goes with
/// the process, so that the next start can tell what was left behind.
package final class WorkFolder: Sendable {
    /// Where it is.
    package let path: String
    private let descriptor: CInt

    private static let kinds = ["media", "site"]
    /// The time between making a folder and locking it is shorter, whatever the machine does.
    private static let youngest: TimeInterval = 60

    /// Makes an empty one. Throws `STORAGE_FAILED`.
    package init(_ kind: String) throws {
        path = Self.parent.appendingPathComponent("scriberr-\(kind)-\(UUID().uuidString)").path
        guard mkdir(path, 0o700) == 0 else {
            throw ScriberrError(
                .storageFailed,
                "The folder for temporary files cannot be used.",
                detail: String(cString: strerror(errno))
            )
        }
        // Without a lock it is only taken for one that was left behind, once it is old.
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    /// Removes it with what is in it; what cannot be removed is tidied up at a later start.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Removes what processes left behind that were killed; answers how many folders there were. Others' folders stay: they
    /// cannot be opened.
    @discardableResult
    package static func removeLeftovers(now: Date = Date()) -> Int {
        // A folder that cannot be listed has nothing of ours.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        return names.count { name in
            guard kinds.contains(where: { name.hasPrefix("scriberr-\($0)-") }) else { return false }
            return removeLeftover(parent.appendingPathComponent(name).path, now)
        }
    }

    private static func removeLeftover(_ path: String, _ now: Date) -> Bool {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_uid == geteuid() else { return false }
        guard now.timeIntervalSince1970 - TimeInterval(facts.st_mtim.tv_sec) > youngest else { return false }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        do {
            try FileManager.default.removeItem(atPath: path)
            return true
        } catch {
            return false
        }
    }

    private static var parent: URL { FileManager.default.temporaryDirectory }
}
