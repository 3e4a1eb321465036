/// The path of a route: literal segments, `{name}` for a parameter, and a verb behind a colon on the last segment, as in
/// `/api/v1/transcriptions/{id}:cancel`.
struct RoutePattern: Hashable, Sendable {
    /// The pattern as it was written.
    let text: String
    let segments: [Segment]
    let verb: String?

    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    /// Reads a pattern.
    init(_ text: String) {
        self.text = text
        var pieces = text.split(separator: "/").map(String.init)
        var verb: String?
        if let last = pieces.last, let brace = last.lastIndex(of: "}"), last[brace...].hasPrefix("}:") {
            verb = String(last[brace...].dropFirst(2))
            pieces[pieces.count - 1] = String(last[...brace])
        }
        self.verb = verb
        segments = pieces.map { $0.hasPrefix("{") ? .parameter(String($0.dropFirst().dropLast())) : .literal($0) }
    }
}
