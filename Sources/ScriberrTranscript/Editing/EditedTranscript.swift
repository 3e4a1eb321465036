package import ScriberrCore

/// A transcript with what people made of it: the names of its speakers go beside the labels, never into them.
package struct EditedTranscript: Hashable, Sendable {
    /// What was said.
    package var transcript: Transcript
    /// Names by label, such as `SPEAKER_00`.
    package var speakers: [String: String]

    package init(transcript: Transcript, speakers: [String: String] = [:]) {
        self.transcript = transcript
        self.speakers = speakers
    }

    /// How long a change may make the text of a segment.
    private static let segmentBytesMax = 100_000
    /// How long replacements may make the text of a transcript.
    private static let replacedBytesMax = 16_000_000

    /// The labels that occur.
    package var labels: Set<String> {
        Set(transcript.segments.compactMap(\.speaker)).union(transcript.words.compactMap(\.speaker))
    }

    /// Makes one change. Throws `VALIDATION_ERROR` (`operations`) and then has changed nothing.
    package mutating func apply(_ edit: TranscriptEdit) throws(ScriberrError) {
        switch edit {
        case .setText(let id, let text): try setText(id, text)
        case .setSpeaker(let id, let speaker): try setSpeaker(id, speaker)
        case .nameSpeaker(let label, let name): try nameSpeaker(label, name)
        case .mergeSpeakers(let from, let into): try mergeSpeakers(from, into)
        case .split(let id, let offset): try split(id, at: offset)
        case .join(let id): try join(id)
        case .remove(let id): try edited(id) { _ in [] }
        case .replace(let replacement): try replace(replacement)
        case .document(let document): transcript = try Self.checked(document, replacing: transcript)
        }
    }

    private mutating func setText(_ id: String, _ text: String) throws(ScriberrError) {
        let text = Spacing.tidied(text)
        guard !text.isEmpty else { throw .edit("text must not be empty; remove the segment instead") }
        guard text.utf8.count <= Self.segmentBytesMax else { throw .edit("text is longer than 100,000 bytes") }
        let isTimed = !transcript.words.isEmpty
        try edited(id) { [$0.saying(text, isTimed: isTimed)] }
    }

    private mutating func setSpeaker(_ id: String, _ speaker: String?) throws(ScriberrError) {
        let label = try speaker.map { name throws(ScriberrError) in try Self.label(name) }
        try edited(id) { [$0.spoken(by: label)] }
    }

    private mutating func nameSpeaker(_ label: String, _ name: String?) throws(ScriberrError) {
        guard labels.contains(label) else { throw .edit("nobody in the transcript is called \(label)") }
        let name = Spacing.tidied(name ?? "")
        guard name.count <= 80 else { throw .edit("a name has at most 80 characters") }
        speakers[label] = name.isEmpty ? nil : name
    }

    private mutating func mergeSpeakers(_ from: String, _ into: String) throws(ScriberrError) {
        guard labels.isSuperset(of: [from, into]) else { throw .edit("merge_speakers names two speakers of the transcript") }
        guard from != into else { throw .edit("a speaker cannot be merged with itself") }
        for index in transcript.segments.indices where transcript.segments[index].speaker == from {
            transcript.segments[index].speaker = into
        }
        for index in transcript.words.indices where transcript.words[index].speaker == from {
            transcript.words[index].speaker = into
        }
        speakers[from] = nil
    }

    private mutating func split(_ id: String, at offset: Int) throws(ScriberrError) {
        let next = nextSegmentID
        try edited(id) { piece throws(ScriberrError) in try piece.split(atUTF16: offset, secondID: next) }
    }

    private mutating func join(_ id: String) throws(ScriberrError) {
        var pieces = SegmentPieces(transcript)
        guard let index = pieces.index(of: id), index + 1 < pieces.count else {
            throw .edit("join_next names a segment that has one behind it")
        }
        pieces.join(index)
        transcript = pieces.transcript(like: transcript)
    }

    private mutating func replace(_ replacement: TextReplacement) throws(ScriberrError) {
        guard !replacement.find.isEmpty else { throw .edit("find must not be empty") }
        var pieces = SegmentPieces(transcript)
        let isTimed = !transcript.words.isEmpty
        var total = transcript.segments.reduce(0) { $0 + $1.text.utf8.count }
        try pieces.editAll { piece throws(ScriberrError) in
            let old = piece.segment.text
            // One that a document has made longer may stay as long.
            let limit = max(Self.segmentBytesMax, old.utf8.count)
            let text = Spacing.tidied(try replacement.applied(to: old, limitBytes: limit))
            if text == old { return [piece] }
            total += text.utf8.count - old.utf8.count
            guard total <= Self.replacedBytesMax || text.utf8.count <= old.utf8.count else {
                throw .edit("the transcript becomes longer than 16 MB")
            }
            return text.isEmpty ? [] : [piece.saying(text, isTimed: isTimed)]
        }
        transcript = pieces.transcript(like: transcript)
    }

    private mutating func edited(
        _ id: String,
        _ change: (SegmentPiece) throws(ScriberrError) -> [SegmentPiece]
    ) throws(ScriberrError) {
        var pieces = SegmentPieces(transcript)
        guard let index = pieces.index(of: id) else { throw .edit("there is no segment \(id.prefix(40))") }
        try pieces.edit(index, change)
        transcript = pieces.transcript(like: transcript)
    }

    private static func label(_ text: String) throws(ScriberrError) -> String {
        let label = Spacing.tidied(text)
        guard !label.isEmpty, label.count <= 80 else { throw .edit("a speaker has 1 to 80 characters") }
        return label
    }

    /// A number that no segment has: identifiers of others stay what they are.
    private var nextSegmentID: String {
        let ids = Set(transcript.segments.map(\.id))
        // Others' numbers may be as large as numbers get.
        let numbers = ids.compactMap { $0.hasPrefix("seg_") ? Int($0.dropFirst(4)) : nil }.filter { $0 < Self.ownNumberMax }
        var place = max(numbers.max() ?? 0, transcript.segments.count)
        while ids.contains(segmentID(place)) { place += 1 }
        return segmentID(place)
    }

    private static let ownNumberMax = 1_000_000_000

    private static func checked(_ document: Transcript, replacing old: Transcript) throws(ScriberrError) -> Transcript {
        let segments = document.segments
        let ordered = zip(segments, segments.dropFirst()).allSatisfy { $0.start <= $1.start }
        let orderedWords = zip(document.words, document.words.dropFirst()).allSatisfy { $0.start <= $1.start }
        guard ordered, orderedWords else { throw .edit("segments and words go in order of time") }
        guard Set(segments.map(\.id)).count == segments.count else { throw .edit("two segments have the same id") }
        guard !segments.isEmpty || document.text.isEmpty else { throw .edit("a document with text has segments") }
        var new = document
        new.language = document.language ?? old.language
        new.engine = old.engine
        return new
    }
}

extension ScriberrError {
    static func edit(_ problem: String) -> ScriberrError { ScriberrError(.validation, "\(problem).", field: "operations") }
}
