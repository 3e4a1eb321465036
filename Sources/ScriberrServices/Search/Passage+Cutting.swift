import Foundation
import ScriberrCore
import ScriberrStore

extension Passage {
    private static let bytesMax = 8_000
    private static let longSegmentBytes = 600
    private static let wordsPerLine = 40

    /// A transcript cut into passages, never inside a segment. A long segment is cut first, where the times of its words are
    /// known.
    static func passages(of transcript: Transcript) -> [Passage] {
        var passages: [Passage] = []
        var (lines, size) = ([Line](), 0)
        for (start, text) in pieces(of: transcript) {
            let words = SearchText.words(text)
            guard !words.isEmpty else { continue }
            if size > 0, size + text.utf8.count > bytesMax {
                passages.append(Passage(lines: lines))
                (lines, size) = ([], 0)
            }
            lines.append(Line(start: start, text: oneLine(text), words: words))
            size += text.utf8.count
        }
        if !lines.isEmpty { passages.append(Passage(lines: lines)) }
        return passages
    }

    private static func pieces(of transcript: Transcript) -> [(start: Double?, text: String)] {
        guard !transcript.segments.isEmpty else { return transcript.text.isEmpty ? [] : [(nil, transcript.text)] }
        var (pieces, rest) = ([(start: Double?, text: String)](), transcript.words[...])
        for segment in transcript.segments {
            rest = rest.drop { $0.start < segment.start }
            let words = rest.prefix { $0.start < segment.end }
            guard segment.text.utf8.count > longSegmentBytes, words.count > wordsPerLine else {
                pieces.append((segment.start, segment.text))
                continue
            }
            for start in stride(from: words.startIndex, to: words.endIndex, by: wordsPerLine) {
                let group = words[start..<min(start + wordsPerLine, words.endIndex)]
                pieces.append((words[start].start, group.map(\.word).joined(separator: " ")))
            }
        }
        return pieces
    }

    private static func oneLine(_ text: String) -> String {
        text.split { $0.isNewline || $0 == "\t" }.joined(separator: " ").trimmingCharacters(in: .whitespaces)
    }
}
