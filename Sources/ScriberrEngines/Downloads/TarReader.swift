/// Reads a tar stream piece by piece. Knows ustar, GNU long names and pax paths; whatever is no regular file is passed over.
///
/// Names are only told, never used: it is for the caller to compare them with what it wants, and to choose where bytes go.
struct TarReader {
    /// What the stream holds, in order.
    enum Event: Equatable {
        case file(name: String, size: Int64)
        case data(ArraySlice<UInt8>)
        case fileEnd
    }

    struct Malformed: Error {
        let what: String
    }

    private static let block = 512
    private static let nameBytesMax = 65_536

    private var header: [UInt8] = []
    private var part = Part.header
    private var remaining: Int64 = 0
    private var padding: Int64 = 0
    private var text: [UInt8] = []
    private var nextName: String?
    /// Whether the end mark has been read.
    private(set) var hasEnded = false

    private enum Part {
        case header
        case file
        case skipped
        case longName
        case extended
    }

    /// Takes the next bytes and tells what is in them.
    mutating func read(_ bytes: [UInt8], _ onEvent: (Event) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty && !hasEnded {
            if part == .header {
                rest = try readHeader(rest, onEvent)
            } else {
                rest = try readBody(rest, onEvent)
            }
        }
    }

    // MARK: Headers

    private mutating func readHeader(_ bytes: ArraySlice<UInt8>, _ onEvent: (Event) throws -> Void) throws -> ArraySlice<UInt8> {
        let taken = bytes.prefix(Self.block - header.count)
        header += taken
        guard header.count == Self.block else { return [] }
        defer { header = [] }
        try start(header, onEvent)
        return bytes.dropFirst(taken.count)
    }

    private mutating func start(_ header: [UInt8], _ onEvent: (Event) throws -> Void) throws {
        if header.allSatisfy({ $0 == 0 }) {
            hasEnded = true
            return
        }
        try checkSum(header)
        let size = try number(header[124..<136])
        remaining = size
        padding = (Int64(Self.block) - size % Int64(Self.block)) % Int64(Self.block)
        switch header[156] {
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
            let name = nextName ?? Self.name(in: header)
            nextName = nil
            part = .file
            try onEvent(.file(name: name, size: size))
            if size == 0 { try onEvent(.fileEnd) }
        case UInt8(ascii: "L"): try startText(.longName, size)
        case UInt8(ascii: "x"): try startText(.extended, size)
        case UInt8(ascii: "g"): part = .skipped
        default:
            nextName = nil
            part = .skipped
        }
        if size == 0 { part = .header }
    }

    private mutating func startText(_ part: Part, _ size: Int64) throws {
        guard size <= Self.nameBytesMax else { throw Malformed(what: "a name is too long") }
        self.part = part
        text = []
    }

    private func checkSum(_ header: [UInt8]) throws {
        let stated = try number(header[148..<156])
        let sum = header.enumerated().reduce(0) { $0 + Int64((148..<156).contains($1.offset) ? 32 : $1.element) }
        guard sum == stated else { throw Malformed(what: "a header's checksum is wrong") }
    }

    /// Octal digits, or a big-endian number when the first bit is set.
    private func number(_ field: ArraySlice<UInt8>) throws -> Int64 {
        guard let first = field.first else { return 0 }
        if first & 0x80 != 0 {
            let bytes = [first & 0x7F] + field.dropFirst()
            guard bytes.dropLast(8).allSatisfy({ $0 == 0 }), let top = bytes.suffix(8).first, top < 0x80 else {
                throw Malformed(what: "a number is too large")
            }
            return bytes.suffix(8).reduce(0) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") && $0 != 0 }
        guard !digits.isEmpty else { return 0 }
        guard let value = Int64(String(decoding: digits, as: UTF8.self), radix: 8), value >= 0 else {
            throw Malformed(what: "a number cannot be read")
        }
        return value
    }

    private static func name(in header: [UInt8]) -> String {
        let name = text(header[0..<100])
        let isUstar = header[257..<262].elementsEqual("ustar".utf8)
        let prefix = isUstar ? text(header[345..<500]) : ""
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    // MARK: Bodies

    private mutating func readBody(_ bytes: ArraySlice<UInt8>, _ onEvent: (Event) throws -> Void) throws -> ArraySlice<UInt8> {
        if remaining > 0 {
            let taken = bytes.prefix(Int(min(remaining, Int64(bytes.count))))
            remaining -= Int64(taken.count)
            try take(taken, onEvent)
            return bytes.dropFirst(taken.count)
        }
        let skipped = Int(min(padding, Int64(bytes.count)))
        padding -= Int64(skipped)
        if padding == 0 { part = .header }
        return bytes.dropFirst(skipped)
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ onEvent: (Event) throws -> Void) throws {
        switch part {
        case .file:
            try onEvent(.data(bytes))
            if remaining == 0 { try onEvent(.fileEnd) }
        case .longName, .extended:
            text += bytes
            if remaining == 0 { takeName() }
        case .header, .skipped: break
        }
        if remaining == 0 && padding == 0 { part = .header }
    }

    private mutating func takeName() {
        if part == .longName {
            nextName = Self.text(text[...])
        } else if let path = Self.path(inExtendedHeader: text) {
            nextName = path
        }
    }

    /// The value of `path` among records such as `24 path=some/name\n`.
    private static func path(inExtendedHeader text: [UInt8]) -> String? {
        var rest = text[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
            length > space - rest.startIndex, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
            if record.starts(with: "path=".utf8) { return String(decoding: record.dropFirst(5), as: UTF8.self) }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}
