import Foundation
import Glibc
import Synchronization

/// Standard error as a person sees it: one status line that is rewritten on a terminal, and left out in a pipe.
final class Terminal: Sendable {
    private let isInteractive: Bool
    private let hasStatus = Mutex(false)

    /// Finds out whether a person is watching.
    init() { isInteractive = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// Shows what is going on, in place of what was shown before.
    func status(_ text: String) {
        guard isInteractive else { return }
        hasStatus.withLock { $0 = true }
        write("\r\u{1B}[2K" + text)
    }

    /// Takes the status line away.
    func clear() {
        let shown = hasStatus.withLock { shown in
            defer { shown = false }
            return shown
        }
        if shown { write("\r\u{1B}[2K") }
    }

    /// Asks for something that is typed behind it.
    func prompt(_ question: String) { write(question) }

    /// Says something that stays.
    func say(_ text: String) {
        clear()
        write(text + "\n")
    }

    /// A bar of progress, 0 to 1, for a status line.
    static func bar(_ fraction: Double, width: Int = 24) -> String {
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded())
        let percent = Int(min(max(fraction, 0), 1) * 100)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "] \(percent)%"
    }

    private func write(_ text: String) {
        // Nothing can be told about a standard error that is gone.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
