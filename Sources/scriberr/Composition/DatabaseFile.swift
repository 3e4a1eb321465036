import Foundation
import Glibc

/// The file that holds a SQLite database.
enum DatabaseFile {
    /// What SQLite takes, which adds endings of its own.
    static let pathBytesMax = 504
    private static let linksMax = 40

    /// The file that `path` leads to by whatever links, as SQLite finds it: one name for all who use it. It need not be there.
    static func resolved(_ path: String) -> String {
        var path = path
        for _ in 0..<linksMax {
            // What is no link has no destination.
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
        }
        guard let folder = realpath(folder(of: path), nil) else { return URL(fileURLWithPath: path).standardizedFileURL.path }
        defer { free(folder) }
        return (String(cString: folder) as NSString).appendingPathComponent((path as NSString).lastPathComponent)
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }
}
