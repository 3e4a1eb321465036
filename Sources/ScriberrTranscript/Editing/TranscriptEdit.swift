package import ScriberrCore

/// One change to a transcript.
package enum TranscriptEdit: Sendable, Hashable {
    /// Another text for a segment. Words that stay keep their times; new ones get theirs within the stretch that changed.
    case setText(segment: String, text: String)
    /// Somebody else said a segment; nil for nobody known.
    case setSpeaker(segment: String, speaker: String?)
    /// How a speaker is shown; nil or empty for the label itself.
    case nameSpeaker(String, name: String?)
    /// Two labels are one person.
    case mergeSpeakers(from: String, into: String)
    /// Makes two segments of one, before the UTF-16 unit of its text at `offset`.
    case split(segment: String, offset: Int)
    /// Makes one segment of this and the next; the speaker is this one's.
    case join(segment: String)
    /// Takes a segment out, words included.
    case remove(segment: String)
    /// The same change in every segment.
    case replace(TextReplacement)
    /// Another text, other segments and other words.
    case document(Transcript)

    /// What requests call it.
    package var name: String {
        switch self {
        case .setText: "set_text"
        case .setSpeaker: "set_speaker"
        case .nameSpeaker: "name_speaker"
        case .mergeSpeakers: "merge_speakers"
        case .split: "split"
        case .join: "join_next"
        case .remove: "remove"
        case .replace: "replace"
        case .document: "document"
        }
    }
}

extension TranscriptEdit {
    /// The changes in a request: `{"operations":[…]}` or `{"transcript":{…}}`. Throws `INVALID_REQUEST` or `VALIDATION_ERROR`
    /// (`operations`, or the place in the document).
    package static func parse(_ bytes: [UInt8]) throws(ScriberrError) -> [TranscriptEdit] {
        // What is no number is told from what is not there.
        guard let body = JSONValue(bytes, notFinite: .bool(false))?.object else {
            throw ScriberrError(.invalidRequest, "The request body is not the JSON object that is expected here.")
        }
        if let document = body["transcript"] {
            guard let object = document.object, object["segments"]?.array != nil, object["words"]?.array != nil else {
                throw ScriberrError(.validation, "transcript has text, segments and words.", field: "transcript")
            }
            try DocumentTimes.check(object)
            return [.document(StoredTranscript.transcript(object))]
        }
        guard let list = body["operations"]?.array, (1...1_000).contains(list.count) else {
            throw .edit("operations is a list of 1 to 1,000 changes")
        }
        var edits: [TranscriptEdit] = []
        for item in list { edits.append(try parse(item)) }
        return edits
    }

    private static func parse(_ item: JSONValue) throws(ScriberrError) -> TranscriptEdit {
        let fields = EditFields(item.object ?? [:])
        let name = try fields.text("op")
        switch name {
        case "set_text": return .setText(segment: try fields.text("segment"), text: try fields.text("text"))
        case "set_speaker": return .setSpeaker(segment: try fields.text("segment"), speaker: fields.optionalText("speaker"))
        case "name_speaker": return .nameSpeaker(try fields.text("speaker"), name: fields.optionalText("name"))
        case "merge_speakers": return .mergeSpeakers(from: try fields.text("from"), into: try fields.text("into"))
        case "split": return .split(segment: try fields.text("segment"), offset: try fields.integer("offset"))
        case "join_next": return .join(segment: try fields.text("segment"))
        case "remove": return .remove(segment: try fields.text("segment"))
        case "replace":
            return .replace(
                TextReplacement(
                    find: try fields.text("find"),
                    with: try fields.text("with"),
                    matchesCase: fields.flag("match_case"),
                    wholeWords: fields.flag("whole_words")
                )
            )
        default: throw .edit("op is none of the changes that there are")
        }
    }
}

private struct EditFields {
    private let fields: [String: JSONValue]

    init(_ fields: [String: JSONValue]) { self.fields = fields }

    func text(_ name: String) throws(ScriberrError) -> String {
        guard case .string(let text)? = fields[name] else { throw .edit("\(name) must be a text") }
        return text
    }

    func optionalText(_ name: String) -> String? { if case .string(let text)? = fields[name] { text } else { nil } }

    func integer(_ name: String) throws(ScriberrError) -> Int {
        guard let number = fields[name]?.number, let integer = Int(exactly: number) else {
            throw .edit("\(name) must be a whole number")
        }
        return integer
    }

    func flag(_ name: String) -> Bool { if case .bool(true)? = fields[name] { true } else { false } }
}
