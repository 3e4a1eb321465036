import Foundation
import ScriberrCore

/// A value of a request that may be left out, be `null`, or be given.
package enum Given<Value: Sendable & Hashable & Decodable>: Sendable, Hashable {
    /// The key is not there: what was before stays.
    case absent
    /// `null`: what was before is cleared.
    case null
    /// The value.
    case value(Value)

    /// Whether the key is not there.
    package var isAbsent: Bool { self == .absent }

    /// What holds after this was applied to `before`; `null` gives `cleared`.
    package func applied(to before: Value, cleared: Value) -> Value {
        switch self {
        case .absent: before
        case .null: cleared
        case .value(let value): value
        }
    }

    /// What holds after this was applied to an optional.
    package func applied(to before: Value?) -> Value? {
        switch self {
        case .absent: before
        case .null: nil
        case .value(let value): value
        }
    }
}

extension KeyedDecodingContainer {
    /// Tells a missing key, `null` and a value apart.
    package func decodeGiven<Value>(_ type: Value.Type = Value.self, forKey key: Key) throws -> Given<Value> {
        guard contains(key) else { return .absent }
        return try decodeNil(forKey: key) ? .null : .value(decode(Value.self, forKey: key))
    }
}

/// The `options` object of a request: what it changes about the options of a profile or of an earlier job.
package struct OptionsPatch: Sendable, Hashable, Decodable {
    package var model: Given<String> = .absent
    /// `auto` and `null` clear the language; the empty text says nothing about it.
    package var language: Given<String> = .absent
    package var task: Given<String> = .absent
    package var diarization: Given<Bool> = .absent
    package var speakers: Given<Int> = .absent
    package var minSpeakers: Given<Int> = .absent
    package var maxSpeakers: Given<Int> = .absent
    package var diarizationModel: Given<String> = .absent
    package var hotwords: Given<[String]> = .absent
    package var start: Given<Double> = .absent
    package var end: Given<Double> = .absent
    package var device: Given<String> = .absent

    /// Changes nothing.
    package init() {}

    /// Reads a JSON object; unknown keys are ignored, a value of the wrong type is a `DecodingError`.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        model = try values.decodeGiven(forKey: .model)
        language = try values.decodeGiven(forKey: .language)
        task = try values.decodeGiven(forKey: .task)
        diarization = try values.decodeGiven(forKey: .diarization)
        speakers = try values.decodeGiven(forKey: .speakers)
        minSpeakers = try values.decodeGiven(forKey: .minSpeakers)
        maxSpeakers = try values.decodeGiven(forKey: .maxSpeakers)
        diarizationModel = try values.decodeGiven(forKey: .diarizationModel)
        hotwords = try values.decodeGiven(forKey: .hotwords)
        start = try values.decodeGiven(forKey: .start)
        end = try values.decodeGiven(forKey: .end)
        device = try values.decodeGiven(forKey: .device)
    }

    /// Reads the `options` part of a form. Empty text changes nothing. Throws `INVALID_REQUEST` with field `options`.
    package init(text: String) throws {
        guard text.contains(where: { !$0.isWhitespace }) else {
            self.init()
            return
        }
        do {
            self = try JSONDecoder().decodeStrictly(from: Array(text.utf8))
        } catch {
            throw ScriberrError(
                .invalidRequest,
                "`options` is not a JSON object with known types.",
                field: "options",
                detail: "\(error)"
            )
        }
    }

    private enum Key: String, CodingKey {
        case model, language, task, diarization, speakers, hotwords, start, end, device
        case minSpeakers = "min_speakers"
        case maxSpeakers = "max_speakers"
        case diarizationModel = "diarization_model"
    }
}
