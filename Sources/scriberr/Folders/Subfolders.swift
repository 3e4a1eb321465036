import CoreFoundation
import Foundation
import Glibc

/// Which folders inside a watched one are watched too.
struct Subfolders {
    /// Deeper ones are left alone.
    static let depthMax = 16
    /// Folders that results are written to, by their whole paths.
    var results: Set<String>

    /// Whether there is a folder at this path in `folder` that is watched too: no link, not hidden, none of those that results
    /// go to, and none that somebody watches by itself.
    func includes(_ path: String, in folder: String) -> Bool {
        let name = (path as NSString).lastPathComponent
        guard !name.hasPrefix("."), !Self.put.contains(path), !results.contains(folder + "/" + path) else { return false }
        var status = stat()
        guard lstat(folder + "/" + path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return access(folder + "/" + path + "/.scriberr", F_OK) != 0
    }

    /// Where recordings are put that were dealt with.
    private static let put: Set<String> = ["done", "failed"]
}
