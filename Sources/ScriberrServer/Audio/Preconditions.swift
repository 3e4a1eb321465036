import HTTPTypes
import ScriberrCore

/// What a conditional request comes to (RFC 9110 section 13.2.2).
enum PreconditionOutcome {
    /// Answer as if there were no condition.
    case proceed
    /// The client's copy is good: 304.
    case notModified
    /// The client relied on something that is no longer so: 412.
    case failed
}

/// The state of a thing that can be asked for conditionally.
struct Validators {
    /// A strong entity tag, quotes included.
    var entityTag: String
    /// When the bytes last changed.
    var lastModified: Timestamp?

    /// Evaluates the conditions of a GET or HEAD in the order that the RFC gives.
    func evaluate(_ headers: HTTPFields) -> PreconditionOutcome {
        if let tags = headers[.ifMatch] {
            if !matches(tags, weakly: false) { return .failed }
        } else if let limit = headers[.ifUnmodifiedSince].flatMap(HTTPDate.parse), isModified(since: limit) {
            return .failed
        }
        if let tags = headers[.ifNoneMatch] {
            return matches(tags, weakly: true) ? .notModified : .proceed
        }
        if let since = headers[.ifModifiedSince].flatMap(HTTPDate.parse), lastModified != nil, !isModified(since: since) {
            return .notModified
        }
        return .proceed
    }

    /// Whether a `Range` header may be honoured: there is no `If-Range`, or it names the present state exactly.
    func allowRange(_ headers: HTTPFields) -> Bool {
        guard let condition = headers[.ifRange]?.trimmingBlanks() else { return true }
        if condition.hasPrefix("\"") { return condition == entityTag }
        guard let date = HTTPDate.parse(condition), let lastModified else { return false }
        return date.microseconds / 1_000_000 == lastModified.microseconds / 1_000_000
    }

    private func isModified(since limit: Timestamp) -> Bool {
        guard let lastModified else { return true }
        return lastModified.microseconds / 1_000_000 > limit.microseconds / 1_000_000
    }

    private func matches(_ list: String, weakly: Bool) -> Bool {
        list.split(separator: ",").contains { item in
            let tag = item.trimmingBlanks()
            if tag == "*" { return true }
            return tag == entityTag || weakly && tag == "W/" + entityTag
        }
    }
}
