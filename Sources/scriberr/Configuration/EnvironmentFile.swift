import Foundation

/// A `.env` file, read as the dotenv tools of other languages read it.
///
/// A line is `KEY=value`, with or without `export ` before it; blank lines and those that begin with `#` say nothing. A value without
/// quotes ends before a `#` that stands behind a blank. In single quotes everything is meant as it is written; in double quotes `\n`,
/// `\"` and `\\` are a line end, a quote and a backslash. What is in quotes may go over several lines. Nothing is expanded. Of two
/// lines with one key the later one holds.
struct EnvironmentFile {
    private(set) var values: [String: String] = [:]
    /// One sentence for each line that cannot be read, with the file and the number of the line. Values are not repeated.
    private(set) var problems: [String] = []

    /// Reads the file at `path`. One that is not there says nothing, nor does a folder of that name.
    init(path: String) {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        let bytes = isThere ? FileManager.default.contents(atPath: path) : Data()
        self.init([UInt8](bytes ?? Data()), name: path)
        if bytes == nil {
            problems = ["\(path): this file of settings cannot be read; change its owner or mode, or remove it"]
        }
    }

    /// Reads `bytes`; `name` is what the file is called in problems.
    init(_ bytes: [UInt8], name: String) {
        var text = EnvironmentText(bytes)
        while text.findEntry() {
            let line = text.line
            do {
                let (key, value) = try text.entry()
                values[key] = value
            } catch {
                problems.append("\(name), line \(line): \(error.rawValue)")
                text.skipLine()
            }
        }
    }
}

/// What is wrong with a line.
private enum EnvironmentFault: String, Error {
    case noKey = "wants KEY=value, where KEY is made of letters, digits and _"
    case noEquals = "wants KEY=value, but there is no = behind the name"
    case openQuote = "the quote before the value is not closed"
    case behindQuote = "something follows the quote that closes the value; only a comment may"
    case notUTF8 = "the value is not text in UTF-8"
}

/// The bytes of such a file and how far they were read.
private struct EnvironmentText {
    /// The number of the line that is read, from 1.
    private(set) var line = 1
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        rest = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    }

    /// Goes to the next line that says something; false when there is none.
    mutating func findEntry() -> Bool {
        while true {
            skipBlanks()
            guard let byte = rest.first else { return false }
            guard byte == .hash || byte.endsLine else { return true }
            skipLine()
        }
    }

    /// Reads `KEY=value` and the end of its line.
    mutating func entry() throws(EnvironmentFault) -> (key: String, value: String) {
        var key = name()
        if key == "export", rest.first?.isBlank == true {
            skipBlanks()
            key = name()
        }
        guard let first = key.utf8.first, !first.isDigit else { throw .noKey }
        skipBlanks()
        guard let next = rest.first, !next.endsLine else { throw .noEquals }
        guard next == .equals else { throw .noKey }
        rest.removeFirst()
        let hadBlanks = skipBlanks()
        let bytes =
            switch rest.first {
            case .singleQuote: try quoted(by: .singleQuote)
            case .doubleQuote: try quoted(by: .doubleQuote)
            default: plain(behindBlank: hadBlanks)
            }
        guard let value = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return (key, value)
    }

    /// Goes behind the end of the line.
    mutating func skipLine() {
        while let byte = rest.popFirst() {
            guard byte.endsLine else { continue }
            // CR and LF together are one end.
            if byte == .carriageReturn, rest.first == .newline { rest.removeFirst() }
            line += 1
            return
        }
    }

    private mutating func name() -> String {
        let bytes = rest.prefix { $0.isNameByte }
        rest = rest.dropFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let blanks = rest.prefix { $0.isBlank }
        rest = rest.dropFirst(blanks.count)
        return !blanks.isEmpty
    }

    /// The value up to the end of the line or the comment, without the blanks around it.
    private mutating func plain(behindBlank: Bool) -> [UInt8] {
        var value: [UInt8] = []
        var isBehindBlank = behindBlank
        while let byte = rest.first, !byte.endsLine, !(byte == .hash && isBehindBlank) {
            value.append(byte)
            isBehindBlank = byte.isBlank
            rest.removeFirst()
        }
        while value.last?.isBlank == true { value.removeLast() }
        skipLine()
        return value
    }

    /// The value between two quotes; behind them only a comment may stand.
    private mutating func quoted(by quote: UInt8) throws(EnvironmentFault) -> [UInt8] {
        let (start, startLine) = (rest, line)
        rest.removeFirst()
        var value: [UInt8] = []
        while let byte = rest.first, byte != quote {
            if byte.endsLine {
                value.append(.newline)
                skipLine()
                continue
            }
            rest.removeFirst()
            value.append(byte == .backslash && quote == .doubleQuote ? escaped() : byte)
        }
        guard rest.popFirst() == quote else {
            // What follows may be good lines; they are looked at as such.
            (rest, line) = (start, startLine)
            throw .openQuote
        }
        skipBlanks()
        guard let next = rest.first else { return value }
        guard next == .hash || next.endsLine else { throw .behindQuote }
        skipLine()
        return value
    }

    /// What a backslash that was just read stands for: itself, unless it belongs to one of the escapes.
    private mutating func escaped() -> UInt8 {
        let meaning: UInt8? =
            switch rest.first {
            case UInt8(ascii: "n"): .newline
            case .doubleQuote: .doubleQuote
            case .backslash: .backslash
            default: nil
            }
        guard let meaning else { return .backslash }
        rest.removeFirst()
        return meaning
    }
}

extension UInt8 {
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let singleQuote = UInt8(ascii: "'")
    fileprivate static let doubleQuote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")

    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
    fileprivate var endsLine: Bool { self == .newline || self == .carriageReturn }
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Dots and hyphens are in names of other programs' settings, which may stand in the same file.
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: isDigit
        }
    }
}
