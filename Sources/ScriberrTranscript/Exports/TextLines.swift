/// Lines of a text file on their way to bytes.
struct TextLines {
    private var text = ""
    private let newline: String

    init(_ options: ExportOptions) { newline = options.windowsNewlines ? "\r\n" : "\n" }

    mutating func add(_ line: String = "") {
        text += line
        text += newline
    }

    var bytes: [UInt8] { Array(text.utf8) }
    var isEmpty: Bool { text.isEmpty }
}
