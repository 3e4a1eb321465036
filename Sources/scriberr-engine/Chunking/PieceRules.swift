/// How speech is to be cut for a kind of model.
struct PieceRules: Sendable, Hashable {
    /// A pause of this length ends a stretch of speech. Seconds, as everything here.
    var minSilence = 0.25
    /// Shorter sounds are no speech. Longer than this would lose a "no"; and the detector finds beginnings later.
    var minSpeech = 0.15
    /// Stretches are joined to a piece while it is not longer than this; 0 joins none.
    var joinedMax = 0.0
    /// Stretches further apart are not joined.
    var joinGapMax = 0.0
    /// From this length on the detector looks for shorter pauses.
    var softMax: Double
    /// No piece is longer: without a pause it is cut at its quietest point.
    var hardMax: Double
    /// What is added before and behind a stretch, as far as the pause goes. Soft beginnings are found 0.2 s late.
    var lead = 0.3
    var trail = 0.2
}
