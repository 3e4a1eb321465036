/// How a child process ended.
enum ProcessExit: Hashable, Sendable {
    /// It ended itself with this status.
    case code(Int32)
    /// A signal ended it.
    case signal(Int32)

    /// Reads what `waitpid` wrote.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .code((waitStatus >> 8) & 0xFF) : .signal(signal)
    }

    /// For the log: `exit status 255` or `signal 11`.
    var text: String {
        switch self {
        case .code(let code): "exit status \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}
