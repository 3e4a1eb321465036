import Foundation
import ScriberrCore
import ScriberrServices

/// Rules for how long things are kept, as requests have them; what is left out or null keeps.
struct RetentionBody: Decodable {
    var audioDays: Int?
    var transcriptDays: Int?
    var audioAfterSuccess: Bool?

    enum CodingKeys: String, CodingKey {
        case audioDays = "audio_days"
        case transcriptDays = "transcript_days"
        case audioAfterSuccess = "delete_audio_after_success"
    }

    /// Reads the `retention` part of a form; nil when there is none. Throws `INVALID_REQUEST` with field `retention`.
    init?(text: String) throws {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        do {
            self = try JSONDecoder().decodeStrictly(from: Array(text.utf8))
        } catch {
            let message = "`retention` is not a JSON object with known types."
            throw ScriberrError(.invalidRequest, message, field: "retention", detail: "\(error)")
        }
    }

    var rules: RetentionRules {
        RetentionRules(audioDays: audioDays, transcriptDays: transcriptDays, audioAfterSuccess: audioAfterSuccess ?? false)
    }
}
