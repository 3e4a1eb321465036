/// Which hotwords a host takes. The server asks before it accepts a job, the host before it hands them on.
package enum HotwordRule {
    /// Words as people write them: others are marks where the library reads its list, or stand in no model's tokens.
    package static func allows(_ hotword: String) -> Bool {
        !hotword.isEmpty && hotword.allSatisfy { $0.isLetter || $0.isNumber || " '-.&".contains($0) }
    }
}
