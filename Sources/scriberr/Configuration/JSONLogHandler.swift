import Foundation
import Logging
import ScriberrCore
import Synchronization

/// Writes each log entry as one line of JSON: `level`, `ts`, `msg` and the entry's facts.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let output: LogOutput

    /// Writes to `output` what is at least as grave as `level`.
    init(level: Logger.Level, output: LogOutput) {
        self.logLevel = level
        self.output = output
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "{\"level\":\"\(event.level.name)\",\"ts\":\"\(Timestamp.now.rfc3339)\",\"msg\":"
        line += jsonString(event.message.description)
        let facts = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            line += ",\(jsonString(key)):\(json(value))"
        }
        output.write(line + "}\n")
    }

    private func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): jsonString(text)
        case .stringConvertible(let number as any BinaryInteger): String(describing: number)
        case .stringConvertible(let flag as Bool): flag ? "true" : "false"
        case .stringConvertible(let number as Double) where number.isFinite: String(describing: number)
        case .stringConvertible(let other): jsonString(other.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\(jsonString($0.key)):\(json($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private func jsonString(_ text: String) -> String {
        var escaped = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }
}

extension Logger.Level {
    /// One of the four names that operators know.
    fileprivate var name: String {
        switch self {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }
}

/// Where log lines go. A line is written whole or not at all.
final class LogOutput: Sendable {
    private let handle: Mutex<FileHandle>

    /// Writes to `handle`, standard output as a rule.
    init(_ handle: FileHandle) { self.handle = Mutex(handle) }

    func write(_ line: String) {
        // A log that cannot be written must not stop the work it speaks of.
        handle.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
    }
}
