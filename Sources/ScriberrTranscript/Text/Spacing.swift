/// How words become a line of text: which scripts go without spaces, and which marks hang on to their neighbour.
enum Spacing {
    /// The pieces as one text, one space between them where their scripts want one. Empty pieces leave no trace.
    static func join(_ pieces: some Sequence<String>) -> String {
        var text = ""
        for piece in pieces where !piece.isEmpty {
            if needsSpace(between: text, and: piece) { text.append(" ") }
            text.append(piece)
        }
        return text
    }

    /// Whether a space belongs between two pieces of text that follow one another.
    static func needsSpace(between left: String, and right: String) -> Bool {
        guard let last = left.last, let first = right.first else { return false }
        if last.isWhitespace || first.isWhitespace { return false }
        if closing.contains(first) || opening.contains(last) { return false }
        if isWideMark(last) || isWideMark(first) { return false }
        if isUnspaced(last) && isUnspaced(first) { return false }
        return !contractions.contains(right.lowercased())
    }

    /// The text without control characters, with single spaces and none at its ends.
    static func tidied(_ text: String) -> String {
        if isTidy(text.utf8) { return text }
        var result = ""
        var isSpacePending = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || isControl(scalar) {
                isSpacePending = !result.isEmpty
                continue
            }
            if isSpacePending { result.unicodeScalars.append(" ") }
            isSpacePending = false
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// The same for what stands behind a word: a space at its beginning stays.
    static func tidied(_ text: String, keepingLead: Bool) -> String {
        let tidy = tidied(text)
        guard keepingLead, !tidy.isEmpty, text.first?.isWhitespace == true else { return tidy }
        return " " + tidy
    }

    /// Whether the character's script is written without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese.
    static func isUnspaced(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: true
        case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x30FF, 0x3100...0x312F, 0x31C0...0x31FF: true
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF: true
        default: false
        }
    }

    /// Whether the character is punctuation as wide as an ideograph, which brings its own room.
    static func isWideMark(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x3000...0x3004, 0x3008...0x3020, 0x3030, 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF40, 0xFF5B...0xFF65: true
        default: false
        }
    }

    /// Whether the character takes the room of two letters: ideographs, kana, Hangul, wide marks, emoji.
    static func isWide(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first, scalar.value >= 0x1100 else { return false }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }

    /// Small kana, the long mark and repetition marks, which no line begins with.
    static func isSmallKana(_ character: Character) -> Bool { smallKana.contains(character) }

    private static let smallKana = Set<Character>("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー々ゝゞヽヾ")

    static let opening: Set<Character> = [
        "(", "[", "{", "“", "‘", "«", "‹", "„", "‚", "¿", "¡", "「", "『", "（", "《", "〈", "【", "〔",
    ]

    private static let closing: Set<Character> = [
        ".", ",", "!", "?", ";", ":", ")", "]", "}", "…", "”", "»", "›", "%", "،", "؟", "؛", "।",
    ]

    private static let contractions: Set<String> = [
        "'s", "'t", "'re", "'ve", "'ll", "'d", "'m", "n't", "’s", "’t", "’re", "’ve", "’ll", "’d", "’m", "n’t",
    ]

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF || scalar.value == 0xFFFE
            || scalar.value == 0xFFFF
    }

    /// True for the common case, printable ASCII with single spaces inside: nothing to do.
    private static func isTidy(_ bytes: String.UTF8View) -> Bool {
        var wasSpace = true
        for byte in bytes {
            guard (0x20..<0x7F).contains(byte), !(wasSpace && byte == 0x20) else { return false }
            wasSpace = byte == 0x20
        }
        return !wasSpace || bytes.isEmpty
    }
}
