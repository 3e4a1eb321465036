import ScriberrCore

/// A token as a recognizer gives it, with times in seconds from the start of what it was fed.
struct TimedToken: Sendable {
    var bytes: [UInt8]
    var start: Double
    /// Nil where the model family tells none.
    var duration: Double?
    /// The natural logarithm of its probability; nil where the family tells none.
    var logProbability: Double?
}

/// Makes words of tokens: bytes are joined before they are decoded, for a token may end in the middle of a character.
enum TokenWords {
    /// The longest that a word without durations reaches behind the start of its last token.
    private static let tailMax = 0.6

    /// Words with times from the start of the audio, whose length is `end`. Monotone and without overlap.
    static func words(of tokens: [TimedToken], end: Double) -> [Word] {
        var groups: [[TimedToken]] = []
        var isBroken = true
        for token in tokens {
            let token = plain(token)
            guard !token.bytes.isEmpty else { continue }
            let trimmed = token.bytes.drop { $0 == space }
            let startsWord = isBroken || token.bytes[0] == space || startsAlone(trimmed, after: groups.last)
            isBroken = trimmed.isEmpty
            guard !trimmed.isEmpty else { continue }
            var kept = token
            kept.bytes = Array(trimmed)
            if startsWord && !(isPunctuation(trimmed) && !groups.isEmpty) {
                groups.append([kept])
            } else {
                groups[groups.count - 1].append(kept)
            }
        }
        let starts = groups.map { $0[0].start }
        return groups.enumerated().compactMap { index, group in
            word(group, until: index + 1 < starts.count ? starts[index + 1] : end, isLast: index + 1 == starts.count, end: end)
        }
    }

    private static func word(_ tokens: [TimedToken], until next: Double, isLast: Bool, end: Double) -> Word? {
        let text = String(decoding: tokens.flatMap(\.bytes), as: UTF8.self)
        guard let first = tokens.first, let last = tokens.last, !text.isEmpty else { return nil }
        let start = min(max(first.start, 0), end)
        let tail = last.duration.map { last.start + max($0, 0) } ?? last.start + tailMax
        let wordEnd = min(max(tail, start), max(isLast ? end : next, start), end)
        let probabilities = tokens.compactMap(\.logProbability)
        let mean = probabilities.reduce(0, +) / Double(max(probabilities.count, 1))
        return Word(
            start: start,
            end: wordEnd,
            word: text,
            confidence: probabilities.count == tokens.count ? min(max(mean.exponential, 0), 1) : nil
        )
    }

    /// Tokens of families that mark with `@@` that a word goes on, as tokens whose words begin with a space. Scripts without
    /// spaces have no marks: every character begins anew there in any case.
    static func spaced(_ tokens: [TimedToken]) -> [TimedToken] {
        var goesOn = false
        return tokens.map { token in
            var token = token
            if !goesOn { token.bytes.insert(space, at: 0) }
            goesOn = token.bytes.suffix(2).elementsEqual("@@".utf8)
            if goesOn { token.bytes.removeLast(2) }
            return token
        }
    }

    /// The token with its mark of a word's start as a space, a byte written as `<0xE9>` as that byte, and nothing left of
    /// tokens that stand for no text.
    private static func plain(_ token: TimedToken) -> TimedToken {
        var token = token
        if token.bytes.starts(with: wordStartMark) {
            token.bytes.replaceSubrange(0..<wordStartMark.count, with: [space])
        } else if token.bytes.count >= 3, token.bytes.first == UInt8(ascii: "<"), token.bytes.last == UInt8(ascii: ">") {
            let name = String(decoding: token.bytes.dropFirst().dropLast(), as: UTF8.self)
            token.bytes = name.hasPrefix("0x") ? UInt8(name.dropFirst(2), radix: 16).map { [$0] } ?? [] : []
        }
        return token
    }

    /// Chinese, Japanese and the like have no spaces: every character is a word, and a word of letters ends before one.
    private static func startsAlone(_ bytes: ArraySlice<UInt8>, after group: [TimedToken]?) -> Bool {
        guard let group else { return true }
        if isIdeographic(bytes) { return true }
        guard isWholeText(bytes) else { return false }
        return isIdeographic(group.flatMap(\.bytes)[...]) && !isPunctuation(bytes)
    }

    private static func isWholeText(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first.map { $0 < 0x80 || $0 >= 0xc0 } ?? false
    }

    private static func isIdeographic(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = String(validating: bytes, as: UTF8.self)?.unicodeScalars.first else { return false }
        return first.isIdeographicOrKana
    }

    private static func isPunctuation(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.allSatisfy { $0.isPunctuation }
    }

    private static let space = UInt8(ascii: " ")
    private static let wordStartMark = Array("\u{2581}".utf8)
}

extension Unicode.Scalar {
    /// Scripts that are written without spaces, letter by letter.
    var isIdeographicOrKana: Bool {
        properties.isIdeographic || (0x3040...0x30ff).contains(value) || (0x31f0...0x31ff).contains(value)
    }
}
