import Foundation

/// What the host does to itself before any foreign code runs.
enum ProcessRules {
    /// The wire's two ends, out of reach of libraries and children.
    struct Wire {
        var input: Int32
        var output: Int32
    }

    /// Takes the wire away from descriptors 0 and 1: a library that prints must not break it, a child must not keep
    /// it open. Then switches off what a crash would do besides ending the process.
    static func apply() -> Wire {
        let wire = Wire(input: fcntl(0, F_DUPFD_CLOEXEC, 3), output: fcntl(1, F_DUPFD_CLOEXEC, 3))
        let nothing = open("/dev/null", O_RDONLY)
        dup2(nothing, 0)
        close(nothing)
        dup2(2, 1)
        signal(SIGPIPE, SIG_IGN)
        // A core file of a host holds somebody's recording.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        return wire
    }

    /// Ends the process at once, whatever its threads are doing; native code can't be interrupted in another way.
    static func end(_ status: Int32) -> Never { _exit(status) }
}
