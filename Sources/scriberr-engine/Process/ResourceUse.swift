import Foundation

/// What the process has used so far.
enum ResourceUse {
    /// Processor seconds of all threads and of children that have ended.
    static var processorSeconds: Double {
        seconds(of: 0) + seconds(of: -1)
    }

    /// The largest resident size so far. Not `ru_maxrss`: that one starts with the size of the process that made us.
    static var peakMemoryBytes: Int64 {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return Int64(line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "").map { $0 * 1_024 } ?? 0
    }

    /// `who` is 0 for the process itself and -1 for its children; Glibc's names for them have a type of their own.
    private static func seconds(of who: Int32) -> Double {
        var usage = rusage()
        getrusage(who, &usage)
        return usage.ru_utime.inSeconds + usage.ru_stime.inSeconds
    }
}

extension timeval {
    fileprivate var inSeconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
