/// Whether bytes are JSON. Foundation's decoder takes a comma behind the last member for granted, and looks at values that nobody
/// asks for only so far as to pass over them.
package enum JSONGrammar {
    /// Whether these bytes are one value as RFC 8259 has it, with blanks around it. That they are UTF-8 is for others to see.
    package static func holds(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var reader = Reader(bytes: bytes)
            return reader.document()
        }
    }
}

/// Reads from the front; what answers false has met something that does not belong there.
private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    /// What closes the objects and arrays that are open.
    private var closers: [UInt8] = []

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func document() -> Bool {
        // Editors of one system put a byte order mark in front.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        while true {
            guard let isWhole = value() else { return false }
            guard isWhole else { continue }
            guard let isEnd = endOfValue() else { return false }
            if isEnd { return true }
        }
    }

    /// A value up to its end (true), or up to the first value inside it (false).
    private mutating func value() -> Bool? {
        blanks()
        switch next {
        case UInt8(ascii: "{"): return opened(closedBy: UInt8(ascii: "}"))
        case UInt8(ascii: "["): return opened(closedBy: UInt8(ascii: "]"))
        case UInt8(ascii: "\""): return text() ? true : nil
        case UInt8(ascii: "t"): return word("true") ? true : nil
        case UInt8(ascii: "f"): return word("false") ? true : nil
        case UInt8(ascii: "n"): return word("null") ? true : nil
        default: return number() ? true : nil
        }
    }

    private mutating func opened(closedBy closer: UInt8) -> Bool? {
        at += 1
        blanks()
        if take(closer) { return true }
        closers.append(closer)
        return name(before: closer) ? false : nil
    }

    /// Passes over what closes, up to the next value (false) or the end of the document (true).
    private mutating func endOfValue() -> Bool? {
        while true {
            blanks()
            guard let closer = closers.last else { return at == bytes.count ? true : nil }
            if take(UInt8(ascii: ",")) { return name(before: closer) ? false : nil }
            guard take(closer) else { return nil }
            closers.removeLast()
        }
    }

    /// The name of a member and its colon, where the members of an object stand.
    private mutating func name(before closer: UInt8) -> Bool {
        guard closer == UInt8(ascii: "}") else { return true }
        blanks()
        guard text() else { return false }
        blanks()
        return take(UInt8(ascii: ":"))
    }

    // MARK: Plain values

    private mutating func text() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escaped() else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escaped() -> Bool {
        guard let byte = next else { return false }
        at += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit else { return false }
            at += 1
        }
        return true
    }

    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        guard take(UInt8(ascii: "0")) || digits() else { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return true }
        _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
        return digits()
    }

    /// One digit or more.
    private mutating func digits() -> Bool {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        return at > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard bytes[at...].starts(with: word) else { return false }
            at += word.count
            return true
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func blanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }
}
