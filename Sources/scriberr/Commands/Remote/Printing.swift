import ArgumentParser
import Foundation
import Glibc
import ScriberrCore
import SystemPackage

/// Standard output of commands: tables for people, JSON for programs, colours on a terminal that wants them.
///
/// What cannot be written throws `STORAGE_FAILED` or `STORAGE_FULL`. A reader that went away, as `head` does, has had enough: that is no failure.
enum Output {
    /// Prints what the server said, as it said it.
    static func json(_ data: Data) throws {
        try write(data)
        if data.last != 10 { try write(Data("\n".utf8)) }
    }

    static func write(_ data: Data) throws {
        do {
            try FileDescriptor.standardOutput.put(data)
        } catch Errno.brokenPipe {
            return
        } catch let error as Errno {
            throw ScriberrError(unwritable: "Standard output", error)
        }
    }

    static func line(_ text: String) throws { try write(Data((text + "\n").utf8)) }

    /// Prints what a command has changed; when that cannot be printed, the failure tells of the change.
    static func tell(_ change: String, _ print: () throws -> Void) throws {
        do {
            try print()
        } catch let error as ScriberrError {
            throw ScriberrError(error.code, "\(error.message) \(change)", disposition: .permanent, detail: error.detail)
        }
    }

    /// Columns, each as wide as its widest cell.
    static func table(_ rows: [[String]]) throws {
        guard let columns = rows.first?.count else { return }
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for (index, row) in rows.enumerated() {
            let cells = zip(row, widths).enumerated().map { column, cell in
                let text = cell.0.padding(toLength: cell.1, withPad: " ", startingAt: 0)
                return index > 0 && column < 2 ? paint(text) : text
            }
            try line(cells.joined(separator: "  ").trimmingTrailingBlanks())
        }
    }

    /// A state in its colour.
    private static func paint(_ text: String) -> String {
        guard isColourful else { return text }
        switch text.trimmingCharacters(in: .whitespaces) {
        case "completed": return "\u{1B}[32m\(text)\u{1B}[0m"
        case "failed": return "\u{1B}[31m\(text)\u{1B}[0m"
        case "processing": return "\u{1B}[36m\(text)\u{1B}[0m"
        case "canceled": return "\u{1B}[33m\(text)\u{1B}[0m"
        default: return text
        }
    }

    /// Only on a terminal, and not against `NO_COLOR` (https://no-color.org).
    static var isColourful: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// `1:02:03`, `12:34`, or a dash.
    static func duration(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}

extension String {
    fileprivate func trimmingTrailingBlanks() -> String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}

/// What a person typed as the name of something, unless it is nothing, as an unset variable of a script is.
@Sendable func given(_ text: String) throws -> String {
    guard !text.allSatisfy(\.isWhitespace) else { throw ValidationError("It must not be empty.") }
    return text
}
