import ScriberrCore

/// Makes subtitles of a transcript.
struct SubtitleCues {
    var rules: CueRules
    /// The name to write in front of a speaker's first word after another spoke; nil writes none.
    var label: (@Sendable (String) -> String)?

    /// Cues in order of time that keep the rules; see ``CueRules/violations(in:)``.
    func cues(of transcript: Transcript) -> [Cue] {
        var cues: [Cue] = []
        var speaker: String?
        for var run in CueWords.runs(of: transcript, pause: rules.pauseSeconds) {
            if let name = run.speaker, name != speaker, let label { run.words[0].label = label(name) }
            speaker = run.speaker
            for range in CueBreaker(rules: rules).cues(of: run.words) {
                cues.append(cue(Array(run.words[range]), run.speaker))
            }
        }
        cues.sort { $0.start < $1.start }
        CueTiming(rules: rules).settle(&cues)
        return cues
    }

    private func cue(_ words: [CueWord], _ speaker: String?) -> Cue {
        let start = words.map(\.start).min() ?? Milliseconds(Int64(0))
        let end = words.map(\.end).max() ?? start
        return Cue(start: start, end: end, speaker: speaker, lines: LineBreaker(rules: rules).lines(of: words))
    }
}
