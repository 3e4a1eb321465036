import ScriberrCore

/// Puts segments together again that were parted only because the speaker changed, so that other speakers can part them anew.
enum SpeakerSeams {
    /// A shorter pause never parts segments by itself.
    private static let pauseSeconds = 0.8
    private static let sentenceEnds: Set<Character> = [".", "!", "?", "…", "。", "！", "？"]

    /// The segments without speakers. `spaced` says whether the language puts spaces between words.
    static func closed(_ segments: [Segment], spaced: Bool) -> [Segment] {
        var result: [Segment] = []
        var lastSpeaker: String?
        for segment in segments {
            var next = segment
            next.speaker = nil
            if let last = result.last, lastSpeaker != nil, segment.speaker != nil, lastSpeaker != segment.speaker,
                segment.start - last.end < pauseSeconds, !endsSentence(last.text)
            {
                result[result.count - 1].text += (spaced ? " " : "") + segment.text
                result[result.count - 1].end = segment.end
            } else {
                result.append(next)
            }
            lastSpeaker = segment.speaker
        }
        return result
    }

    private static func endsSentence(_ text: String) -> Bool {
        text.last { !$0.isWhitespace && $0 != "\"" && $0 != "”" }.map(sentenceEnds.contains) ?? false
    }
}
