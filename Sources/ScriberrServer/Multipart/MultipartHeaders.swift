/// The header fields of one part of a multipart body.
struct MultipartHeaders: Hashable, Sendable {
    private var fields: [String: String] = [:]

    /// Reads a header block: lines of `name: value`, each behind a line end.
    init(block: ArraySlice<UInt8>, maximum: Int) throws(MultipartError) {
        var count = 0
        for line in block.split(separator: 10) {
            let line = line.last == 13 ? line.dropLast() : line
            if line.isEmpty { continue }
            count += 1
            guard count <= maximum else { throw .malformed("too many part headers") }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                throw .malformed("part header without a name")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            fields[name] = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmingBlanks()
        }
    }

    /// The value of a field, by its lowercase name.
    subscript(name: String) -> String? { fields[name] }

    /// The form field's name, from `Content-Disposition: form-data`.
    var name: String? { disposition?.parameters["name"] }

    /// The name of the uploaded file, when the part is one. `filename*` (RFC 5987) goes before `filename`.
    var filename: String? {
        guard let parameters = disposition?.parameters else { return nil }
        return parameters["filename*"].flatMap(decodeExtendedValue) ?? parameters["filename"].map(decodeFormPercents)
    }

    private var disposition: HeaderValue? {
        guard let value = fields["content-disposition"].map(HeaderValue.init(parsing:)), value.value.lowercased() == "form-data"
        else {
            return nil
        }
        return value
    }
}

/// A header value with parameters: `form-data; name="file"; filename*=UTF-8''a%20b.wav`.
struct HeaderValue: Hashable {
    /// What stands before the first semicolon, without blanks.
    private(set) var value: String
    /// The parameters by lowercase name; the first of a name counts.
    private(set) var parameters: [String: String] = [:]

    init(parsing text: String) {
        var scanner = Scanner(text)
        value = scanner.token(until: ";").trimmingBlanks()
        while scanner.skip(";") {
            let name = scanner.token(until: "=;").trimmingBlanks().lowercased()
            guard scanner.skip("=") else { continue }
            scanner.skipBlanks()
            let text = scanner.isAt("\"") ? scanner.quotedString() : scanner.token(until: ";").trimmingBlanks()
            _ = scanner.token(until: ";")
            if !name.isEmpty, parameters[name] == nil { parameters[name] = text }
        }
    }

    private struct Scanner {
        private let text: [Unicode.Scalar]
        private var index = 0

        init(_ text: String) { self.text = Array(text.unicodeScalars) }

        func isAt(_ scalar: Unicode.Scalar) -> Bool { index < text.count && text[index] == scalar }

        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard isAt(scalar) else { return false }
            index += 1
            return true
        }

        mutating func skipBlanks() {
            while isAt(" ") || isAt("\t") { index += 1 }
        }

        mutating func token(until stops: String) -> String {
            let start = index
            while index < text.count, !stops.unicodeScalars.contains(text[index]) { index += 1 }
            return String(String.UnicodeScalarView(text[start..<index]))
        }

        /// A backslash escapes only quotes and itself: some browsers write whole Windows paths unescaped.
        mutating func quotedString() -> String {
            var result = String.UnicodeScalarView()
            index += 1
            while index < text.count, text[index] != "\"" {
                if text[index] == "\\", index + 1 < text.count, text[index + 1] == "\"" || text[index + 1] == "\\" { index += 1 }
                result.append(text[index])
                index += 1
            }
            // The closing quote, which some leave out.
            _ = skip("\"")
            return String(result)
        }
    }
}

/// Reads `charset'language'percent-encoded` for the two charsets that RFC 5987 requires; nil for anything else.
private func decodeExtendedValue(_ text: String) -> String? {
    let pieces = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard pieces.count == 3, let bytes = percentDecoded(pieces[2]) else { return nil }
    switch pieces[0].lowercased() {
    case "utf-8": return String(validating: bytes, as: UTF8.self)
    case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default: return nil
    }
}

/// Browsers write a quote and line ends in names as `%22`, `%0D`, `%0A`, and nothing else (the HTML standard's form encoding).
private func decodeFormPercents(_ text: String) -> String {
    guard text.contains("%") else { return text }
    var result = ""
    var rest = text[...]
    while let percent = rest.firstIndex(of: "%") {
        result += rest[..<percent]
        rest = rest[percent...]
        let replacement: String? =
            switch rest.prefix(3).uppercased() {
            case "%22": "\""
            case "%0D", "%0A": " "
            default: nil
            }
        result += replacement ?? "%"
        rest = rest.dropFirst(replacement == nil ? 1 : 3)
    }
    return result + rest
}

/// The bytes behind `%xx` escapes; nil when an escape is broken.
func percentDecoded(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}

extension StringProtocol {
    /// The text without blanks, tabs and line ends at both ends.
    func trimmingBlanks() -> String {
        func isText(_ byte: UInt8) -> Bool { byte != 0x20 && byte != 0x09 && byte != 0x0D && byte != 0x0A }
        let text = String(self)
        guard let start = text.utf8.firstIndex(where: isText), let end = text.utf8.lastIndex(where: isText) else { return "" }
        return String(text[start..<text.utf8.index(after: end)])
    }
}
