import Glibc
import ScriberrCore

/// The end of an engine host that nobody asked for, and what it means.
///
/// sherpa-onnx ends its process with status 255 when it refuses a model, PocketSphinx with 1; an uncaught C++ exception is
/// signal 6 and out-of-memory is signal 9 from the kernel. The last lines of the error output tell the rest.
struct HostDeath {
    var status: ProcessExit
    var errors: String
    var wasLoading: Bool
    var residentBytes: Int64?
    var memoryLimitBytes: Int64?

    var error: ScriberrError {
        let detail = "\(status.text)\(wasLoading ? " while loading" : ""): \(errors.suffix(1_000))"
        if isShortOfMemory { return .outOfMemory(detail) }
        if wasLoading, status == .code(255) || status == .code(1) {
            return ScriberrError(.modelCorrupt, "The model's files are damaged or not what they should be.", detail: detail)
        }
        return .crashed(detail)
    }

    private var isShortOfMemory: Bool {
        let signs = ["std::bad_alloc", "Cannot allocate memory", "Failed to allocate memory", "CUDA out of memory"]
        if signs.contains(where: errors.contains) { return true }
        guard status == .signal(SIGKILL), let residentBytes else { return false }
        // Killed from outside. Near a limit, or with most of the machine's memory, that was the kernel.
        if let memoryLimitBytes { return residentBytes > memoryLimitBytes / 10 * 8 }
        let machine = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        return residentBytes > machine / 2
    }
}
