/// What a `Range` header asks of a thing of known length (RFC 9110 section 14).
enum ByteRanges: Hashable, Sendable {
    /// All of it: there is no header, or one that must be ignored.
    case whole
    /// These parts, in the order asked for; never empty, each inside the thing.
    case parts([Range<Int64>])
    /// The header is good, but nothing of it lies inside.
    case unsatisfiable

    /// More parts than this are answered with the whole, so that a header cannot multiply work.
    static let partsMax = 32

    /// Reads a header for something of `size` bytes. An unknown unit or a malformed header asks for the whole, as does an empty
    /// thing and a set of parts that is longer than the whole.
    init(header: String?, size: Int64) {
        guard let header, size > 0, let specifications = Self.specifications(in: header) else {
            self = .whole
            return
        }
        let parts = specifications.compactMap { $0.range(in: size) }
        if parts.isEmpty {
            self = .unsatisfiable
        } else if parts.count > 1, parts.reduce(0, { $0 + Int64($1.count) }) > size || parts.count > Self.partsMax {
            self = .whole
        } else {
            self = .parts(parts)
        }
    }

    private enum Specification {
        case from(Int64, through: Int64?)
        case last(Int64)

        func range(in size: Int64) -> Range<Int64>? {
            switch self {
            case .from(let first, let last):
                first < size ? first..<min(last ?? size - 1, size - 1) + 1 : nil
            case .last(let length):
                length > 0 ? max(0, size - length)..<size : nil
            }
        }
    }

    private static func specifications(in header: String) -> [Specification]? {
        guard let equals = header.firstIndex(of: "="), header[..<equals].trimmingBlanks().lowercased() == "bytes" else {
            return nil
        }
        var specifications: [Specification] = []
        for item in header[header.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: true) {
            let item = item.trimmingBlanks()
            if item.isEmpty { continue }
            guard let specification = specification(item) else { return nil }
            specifications.append(specification)
        }
        return specifications.isEmpty ? nil : specifications
    }

    private static func specification(_ item: String) -> Specification? {
        let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (position(ends[0]), position(ends[1])) {
        case (.number(let first), .number(let last)): return first <= last ? .from(first, through: last) : nil
        case (.number(let first), .absent): return .from(first, through: nil)
        case (.absent, .number(let length)): return .last(length)
        default: return nil
        }
    }

    private enum Position {
        case absent, bad
        case number(Int64)
    }

    /// Digits beyond what 64 bits hold count as the largest number.
    private static func position(_ text: Substring) -> Position {
        let text = text.trimmingBlanks()
        if text.isEmpty { return .absent }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return .bad }
        return .number(Int64(text) ?? .max)
    }
}
