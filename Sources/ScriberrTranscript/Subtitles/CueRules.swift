/// What a reader can follow: how much text a subtitle holds and how long it stays.
package struct CueRules: Sendable, Hashable {
    /// Lines in one cue.
    package var maximumLines: Int
    /// Characters in a line of a script with narrow letters.
    package var maximumCharacters: Int
    /// Characters in a line of ideographs, kana or emoji. Mixed lines are measured in proportion.
    package var maximumWideCharacters: Int
    /// Narrow characters a reader takes in per second. Cues stay longer than they are spoken where that helps.
    package var charactersPerSecond: Double
    /// Seconds that a cue stays at least, if the next one leaves the room.
    package var minimumSeconds: Double
    /// Seconds that a cue stays at most.
    package var maximumSeconds: Double
    /// Seconds between two cues.
    package var gapSeconds: Double
    /// Shorter breaks between cues are closed down to ``gapSeconds``, so that the picture doesn't flicker.
    package var closesGapsUnderSeconds: Double
    /// A silence this long always ends a cue.
    package var pauseSeconds: Double

    /// Rules; whatever is left out is as in the default preset.
    package init(
        maximumLines: Int = 2,
        maximumCharacters: Int = 42,
        maximumWideCharacters: Int = 16,
        charactersPerSecond: Double = 20,
        minimumSeconds: Double = 1,
        maximumSeconds: Double = 7,
        gapSeconds: Double = 0.04,
        closesGapsUnderSeconds: Double = 0.3,
        pauseSeconds: Double = 1.5
    ) {
        self.maximumLines = maximumLines
        self.maximumCharacters = maximumCharacters
        self.maximumWideCharacters = maximumWideCharacters
        self.charactersPerSecond = charactersPerSecond
        self.minimumSeconds = minimumSeconds
        self.maximumSeconds = maximumSeconds
        self.gapSeconds = gapSeconds
        self.closesGapsUnderSeconds = closesGapsUnderSeconds
        self.pauseSeconds = pauseSeconds
    }

    /// Named sets of rules.
    package enum Preset: String, Sendable, CaseIterable {
        /// Two lines of 42 characters, at least a second.
        case `default`
        /// Netflix' Timed Text Style Guide: 42 × 2, 5/6 s to 7 s, two frames of 24 between cues, 20 characters a second.
        case netflix
        /// Podcasting 2.0: 32 × 2.
        case podcast
        /// Short vertical videos: one line of a few words, quickly changed.
        case social
    }

    package init(preset: Preset) {
        switch preset {
        case .default: self.init()
        case .netflix:
            self.init(minimumSeconds: 0.833, gapSeconds: 0.084, closesGapsUnderSeconds: 0.5)
        case .podcast:
            self.init(maximumCharacters: 32, maximumWideCharacters: 14)
        case .social:
            self.init(
                maximumLines: 1,
                maximumCharacters: 22,
                maximumWideCharacters: 10,
                charactersPerSecond: 25,
                minimumSeconds: 0.5,
                maximumSeconds: 3,
                gapSeconds: 0.001,
                pauseSeconds: 0.8
            )
        }
    }

    /// What a character weighs. A line of either kind of letters may weigh ``capacity``.
    func weight(of character: Character) -> Int {
        Spacing.isWide(character) ? max(1, maximumCharacters) : max(1, maximumWideCharacters)
    }

    func weight(of text: some StringProtocol) -> Int { text.reduce(0) { $0 + weight(of: $1) } }

    var capacity: Int { max(1, maximumCharacters) * max(1, maximumWideCharacters) }

    var spaceWeight: Int { max(1, maximumWideCharacters) }

    /// How long a text of this weight takes to read.
    func readingMilliseconds(weight: Int) -> Int64 {
        let characters = Double(weight) / Double(max(1, maximumWideCharacters))
        return Int64((characters / max(1, charactersPerSecond) * 1_000).rounded(.up))
    }

    var minimum: Int64 { Milliseconds(minimumSeconds).value }
    var maximum: Int64 { max(CueRules.shortest, Milliseconds(maximumSeconds).value) }
    var gap: Int64 { Milliseconds(gapSeconds).value }

    /// No cue is shorter, whatever the engine says about its words: players show less than this as nothing.
    static let shortest: Int64 = 100
}
