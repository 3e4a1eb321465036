package import ScriberrCore

/// The present, handed in with each event: the machine has no clock of its own.
package struct Moment: Sendable, Hashable {
    /// Time that only runs forward, since any fixed origin. All of this process's own deadlines are kept in it.
    package var instant: Duration
    /// The time of day, which may jump. Only what other processes read is written in it.
    package var wall: Timestamp

    /// Makes a moment.
    package init(instant: Duration, wall: Timestamp) {
        self.instant = instant
        self.wall = wall
    }
}

/// A small fast generator whose sequence is fixed by its seed (Steele, Lea, Flood: SplitMix64).
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in 0..<1.
    package mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
