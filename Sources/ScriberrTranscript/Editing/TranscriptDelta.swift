package import ScriberrCore

/// How one version of a transcript differs from another: one run of segments and one of words, and the names.
///
/// Small for what people do, whatever the transcript's length, and free of any rule of editing: applying one always works.
package struct TranscriptDelta: Hashable, Sendable {
    /// A run of elements that others take the place of.
    package struct Run<Element: Hashable & Sendable>: Hashable, Sendable {
        /// Where it begins.
        package var at: Int
        /// How many go.
        package var removed: Int
        /// What comes instead.
        package var items: [Element]

        init(at: Int, removed: Int, items: [Element]) { (self.at, self.removed, self.items) = (at, removed, items) }

        init(from old: [Element], to new: [Element]) {
            var start = 0
            while start < old.count, start < new.count, old[start] == new[start] { start += 1 }
            var end = 0
            while end < old.count - start, end < new.count - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
                end += 1
            }
            self.init(at: start, removed: old.count - start - end, items: Array(new[start..<new.count - end]))
        }

        func apply(to elements: inout [Element]) throws(ScriberrError) {
            guard at >= 0, removed >= 0, at + removed <= elements.count else { throw .brokenHistory }
            elements.replaceSubrange(at..<at + removed, with: items)
        }
    }

    package var segments: Run<Segment>
    package var words: Run<Word>
    /// The running text, where it does not follow from the segments.
    package var text: String?
    package var speakers: [String: String]

    /// What makes `new` of `old`.
    package init(from old: EditedTranscript, to new: EditedTranscript) {
        segments = Run(from: old.transcript.segments, to: new.transcript.segments)
        words = Run(from: old.transcript.words, to: new.transcript.words)
        text = new.transcript.text == Self.text(of: new.transcript.segments) ? nil : new.transcript.text
        speakers = new.speakers
    }

    /// `old` as it is after the change. Throws `STORAGE_FAILED` when the two do not belong together.
    package func applied(to old: EditedTranscript) throws(ScriberrError) -> EditedTranscript {
        var new = old
        try segments.apply(to: &new.transcript.segments)
        try words.apply(to: &new.transcript.words)
        new.transcript.text = text ?? Self.text(of: new.transcript.segments)
        new.speakers = speakers
        return new
    }

    private static func text(of segments: [Segment]) -> String { Spacing.join(segments.map { Spacing.tidied($0.text) }) }
}

extension TranscriptDelta {
    /// The members `segments`, `words`, `text` and `speakers` of a JSON object, braces included.
    package var json: [UInt8] {
        var json = JSONWriter(reserving: words.items.count * 64 + 256)
        json.object { json in
            json.object("segments") { json in
                json.integer("at", Int64(segments.at))
                json.integer("removed", Int64(segments.removed))
                json.array("items") { json in for segment in segments.items { CanonicalJSON.encode(segment, &json) } }
            }
            json.object("words") { json in
                json.integer("at", Int64(words.at))
                json.integer("removed", Int64(words.removed))
                json.array("items") { json in for word in words.items { CanonicalJSON.encode(word, &json) } }
            }
            json.text("text", text)
            json.texts("speakers", speakers)
        }
        return json.bytes
    }

    /// Reads what ``json`` wrote; nil when it is a whole transcript instead. Throws `STORAGE_FAILED`.
    package init?(step bytes: [UInt8]) throws(ScriberrError) {
        if JSONValue(bytes)?.object?["segments"]?.array != nil { return nil }
        try self.init(json: bytes)
    }

    /// Reads what ``json`` wrote. Throws `STORAGE_FAILED`.
    package init(json bytes: [UInt8]) throws(ScriberrError) {
        guard let object = JSONValue(bytes)?.object, let segments = object["segments"]?.object,
            let words = object["words"]?.object
        else { throw .brokenHistory }
        let read = StoredTranscript.transcript(
            ["text": .string(""), "segments": segments["items"] ?? .null, "words": words["items"] ?? .null]
        )
        self.segments = Run(at: Self.place(segments["at"]), removed: Self.place(segments["removed"]), items: read.segments)
        // Words are read from the list itself; with none there, the segments must not lend theirs.
        self.words = Run(
            at: Self.place(words["at"]),
            removed: Self.place(words["removed"]),
            items: (words["items"]?.array ?? []).isEmpty ? [] : read.words
        )
        text = object["text"]?.text
        speakers = Self.names(object["speakers"])
    }

    private static func place(_ value: JSONValue?) -> Int { value?.number.flatMap { Int(exactly: $0) } ?? -1 }

    private static func names(_ value: JSONValue?) -> [String: String] { (value?.object ?? [:]).compactMapValues(\.text) }

    /// The transcript and the names of a step that is a whole transcript.
    package static func whole(step bytes: [UInt8]) -> EditedTranscript {
        EditedTranscript(transcript: StoredTranscript.parse(bytes), speakers: names(JSONValue(bytes)?.object?["speakers"]))
    }

    /// Names by label as they are stored: one JSON object.
    package static func speakers(json text: String) -> [String: String] { names(JSONValue(Array(text.utf8))) }

    /// The JSON object that ``speakers(json:)`` reads; equal names give equal text.
    package static func json(speakers: [String: String]) -> String {
        var json = JSONWriter()
        json.object { $0.members(speakers) }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension ScriberrError {
    fileprivate static let brokenHistory = ScriberrError(
        .storageFailed,
        "This version of the transcript cannot be read.",
        disposition: .permanent
    )
}
