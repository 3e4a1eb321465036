/// Which hotwords a host takes. The server asks before it accepts a job, the host before it hands them on.
package enum HotwordRule {
    /// Hotwords of one request.
    package static let countMax = 200
    /// One hotword in bytes: the longest that a job may name, in characters of four.
    package static let bytesMax = 400

    /// Words as people write them: others are marks where the library reads its list, or stand in no model's tokens.
    package static func allows(_ hotword: String) -> Bool {
        !hotword.isEmpty && hotword.utf8.count <= bytesMax
            && hotword.allSatisfy { $0.isLetter || $0.isNumber || " '-.&".contains($0) }
    }
}
