import Foundation

/// Size and time of change of a file: enough to see that it was replaced.
enum FileStamp {
    static func of(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "missing" }
        return "\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
