import ScriberrCore

/// What one speaker says in one go, for reading rather than for watching.
struct Paragraph: Hashable {
    var start: Double
    var end: Double
    var speaker: String?
    var text: String
    /// False where only a text is known and nothing of its times.
    var isTimed = true

    init(_ segment: Segment) {
        start = segment.start
        end = segment.end
        speaker = segment.speaker
        text = Spacing.tidied(segment.text)
    }

    /// The paragraphs, or the text alone where there are no segments.
    static func paragraphs(orText transcript: Transcript) -> [Paragraph] {
        let paragraphs = paragraphs(of: transcript)
        guard paragraphs.isEmpty else { return paragraphs }
        var whole = Paragraph(Segment(start: 0, end: 0, text: transcript.text))
        whole.isTimed = false
        return whole.text.isEmpty ? [] : [whole]
    }

    /// Segments of one speaker in a row become a paragraph. A new one begins behind a silence of `pause` seconds and, at
    /// the latest, after `characters`.
    static func paragraphs(of transcript: Transcript, pause: Double = 2, characters: Int = 700) -> [Paragraph] {
        var paragraphs: [Paragraph] = []
        for next in transcript.segments.map(Paragraph.init) where !next.text.isEmpty {
            guard let last = paragraphs.indices.last, paragraphs[last].speaker == next.speaker,
                next.start - paragraphs[last].end < pause, paragraphs[last].text.utf8.count < characters
            else {
                paragraphs.append(next)
                continue
            }
            paragraphs[last].text = Spacing.join([paragraphs[last].text, next.text])
            paragraphs[last].end = max(paragraphs[last].end, next.end)
        }
        return paragraphs
    }
}
