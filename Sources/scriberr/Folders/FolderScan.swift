import CoreFoundation
import Foundation
import Glibc

/// Finds the recordings of a folder that are complete: nobody has them open for writing, and they did not change for a while.
/// A file that is renamed into the folder counts as changed at that moment.
struct FolderScan {
    /// A complete recording.
    struct Found {
        /// Its path in the folder.
        var name: String
        /// Tells this state of the file from any other under the name.
        var mark: String
    }

    private struct Stamp: Equatable {
        var inode: UInt64
        var size: Int64
        var modified: Double
        var changed: Double
    }

    private let folder: String
    private let settle: Duration
    private let subfolders: Subfolders?
    private var seen: [String: (stamp: Stamp, since: ContinuousClock.Instant)] = [:]

    /// Without `subfolders` they are left alone.
    init(folder: String, settle: Duration, subfolders: Subfolders? = nil) {
        self.folder = folder
        self.settle = settle
        self.subfolders = subfolders
    }

    /// Complete recordings, oldest first, and whether others are still growing.
    mutating func look() -> (ready: [Found], hasOthers: Bool) {
        let now = ContinuousClock.now
        var ready: [(found: Found, modified: Double)] = []
        var next: [String: (stamp: Stamp, since: ContinuousClock.Instant)] = [:]
        for name in names() {
            guard let stamp = stamp(name) else { continue }
            let since = seen[name].flatMap { $0.stamp == stamp ? $0.since : nil } ?? now
            next[name] = (stamp, since)
            // At rest for long already, by its own times, or for as long as we look.
            let rest = max(Date().timeIntervalSince1970 - max(stamp.changed, stamp.modified), (now - since) / .seconds(1))
            if rest >= settle / .seconds(1), !isOpenForWriting(name) {
                let mark = "\(name) \(stamp.inode) \(stamp.size) \(stamp.modified)"
                ready.append((Found(name: name, mark: mark), stamp.modified))
            }
        }
        seen = next
        let found = ready.sorted { ($0.modified, $0.found.name) < ($1.modified, $1.found.name) }.map(\.found)
        return (found, next.count > found.count)
    }

    /// What is called like a recording, by its path in the folder.
    private func names() -> [String] {
        var names: [String] = []
        var places = [(path: "", depth: 0)]
        while let (place, depth) = places.popLast() {
            for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + place)) ?? [] {
                let path = place.isEmpty ? entry : place + "/" + entry
                if let subfolders, depth < Subfolders.depthMax, subfolders.includes(path, in: folder) {
                    places.append((path, depth + 1))
                } else if Self.isRecording(entry) {
                    names.append(path)
                }
            }
        }
        return names
    }

    private func stamp(_ name: String) -> Stamp? {
        var status = stat()
        guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // Seconds and nanoseconds; the type's module cannot be imported under its own name.
        func seconds(_ time: timespec) -> Double {
            withUnsafeBytes(of: time) { bytes in
                Double(bytes.loadUnaligned(as: Int.self)) + Double(bytes.loadUnaligned(fromByteOffset: 8, as: Int.self)) / 1e9
            }
        }
        return Stamp(
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: seconds(status.st_mtim),
            changed: seconds(status.st_ctim)
        )
    }

    /// A lease for reading is refused while anybody writes. Where leases cannot be had (other people's files, some network file
    /// systems), rest has to be enough.
    private func isOpenForWriting(_ name: String) -> Bool {
        let descriptor = open(folder + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let (setLease, readLease, unlock): (Int32, Int32, Int32) = (1_024, 0, 2)
        if fcntl(descriptor, setLease, readLease) == 0 {
            _ = fcntl(descriptor, setLease, unlock)
            return false
        }
        return errno == EAGAIN
    }

    /// By the ending; hidden files and those that are still being fetched are none.
    static func isRecording(_ name: String) -> Bool {
        guard !name.hasPrefix("."), !name.hasPrefix("~") else { return false }
        return endings.contains((name as NSString).pathExtension.lowercased())
    }

    private static let endings: Set<String> = [
        "wav", "mp3", "m4a", "m4b", "flac", "mp4", "m4v", "mov", "ogg", "oga", "opus", "webm", "aac", "mkv", "avi", "wma", "aiff",
        "aif", "amr", "3gp", "mka", "caf", "mpg", "mpeg", "ts", "wmv",
    ]
}
