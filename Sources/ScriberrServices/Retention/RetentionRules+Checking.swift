import ScriberrCore

extension RetentionRules {
    private static let daysMax = 36_500

    /// Throws `VALIDATION_ERROR` with the field, below `parent` when the rules are part of something.
    func check(in parent: String? = nil) throws {
        for (name, days) in [("audio_days", audioDays), ("transcript_days", transcriptDays)] {
            guard let days, !(0...Self.daysMax).contains(days) else { continue }
            let field = parent.map { "\($0).\(name)" } ?? name
            throw ScriberrError(.validation, "\(name) is a whole number from 0 to \(Self.daysMax), or null.", field: field)
        }
    }
}
