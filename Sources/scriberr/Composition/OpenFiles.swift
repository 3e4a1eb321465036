import Foundation
import ScriberrCore

/// How many files and connections the process may have open.
enum OpenFiles {
    private static let wanted: rlim_t = 65_536
    /// With fewer, the database, engines and a handful of connections leave nothing to the runtime, which ends the process then.
    private static let least = 256

    /// How many connections may be served at once: half of what the process may open stays for recordings, the database and engines.
    /// Throws `SERVICE_UNAVAILABLE` where too few files may be open.
    static func connectionsMax(of limit: Int = raiseLimit()) throws -> Int {
        guard limit >= least else {
            throw ScriberrError(
                .serviceUnavailable,
                "Only \(limit) files may be open at once (ulimit -n); the server needs \(least) and better 4,096."
            )
        }
        return limit / 2
    }

    /// Raises the limit as far as is useful and allowed: shells start programs with 1,024, and every listener takes one. Answers it.
    @discardableResult
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, wanted))
    }
}
