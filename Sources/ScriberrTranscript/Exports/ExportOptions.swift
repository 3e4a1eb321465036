package import ScriberrCore

/// How a transcript is written. Formats ignore what they have no place for; see ``ExportFormat/options``.
package struct ExportOptions: Sendable, Hashable {
    /// How subtitles are cut.
    package var cues: CueRules
    /// Whether to say who speaks; nil leaves it to the format.
    package var speakers: Bool?
    /// Whether to write times; nil leaves it to the format.
    package var times: Bool?
    /// Whether to write the time of each word, for karaoke.
    package var words: Bool
    /// Whether to write segments, for formats that can do with words alone.
    package var segments = true
    /// Names for people instead of `SPEAKER_00` and so on.
    package var speakerNames: [String: String]
    /// The recording's title or file name, for formats that name it.
    package var title: String
    /// Lines end as on Windows.
    package var windowsNewlines: Bool
    /// What was done with the speech, for formats that say it.
    package var task: SpeechTask
    /// The recording's length in seconds; nil takes the end of the last segment.
    package var durationSeconds: Double?

    package init(
        cues: CueRules = CueRules(),
        speakers: Bool? = nil,
        times: Bool? = nil,
        words: Bool = false,
        speakerNames: [String: String] = [:],
        title: String = "",
        windowsNewlines: Bool = false,
        task: SpeechTask = .transcribe,
        durationSeconds: Double? = nil
    ) {
        self.cues = cues
        self.speakers = speakers
        self.times = times
        self.words = words
        self.speakerNames = speakerNames
        self.title = title
        self.windowsNewlines = windowsNewlines
        self.task = task
        self.durationSeconds = durationSeconds
    }

    func duration(of transcript: Transcript) -> Double {
        durationSeconds ?? transcript.segments.map(\.end).max() ?? transcript.words.map(\.end).max() ?? 0
    }

    /// The name to show for a transcript's speaker label.
    func name(of speaker: String) -> String {
        let name = Spacing.tidied(speakerNames[speaker] ?? speaker)
        return name.isEmpty ? speaker : name
    }
}
