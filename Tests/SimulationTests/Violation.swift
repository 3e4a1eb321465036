/// A rule that did not hold.
struct Violation: Error, CustomStringConvertible {
    let rule: String
    let detail: String

    init(_ rule: String, _ detail: String = "") {
        self.rule = rule
        self.detail = detail
    }

    var description: String { detail.isEmpty ? rule : "\(rule): \(detail)" }
}

/// Throws when a rule does not hold.
func require(_ condition: Bool, _ rule: String, _ detail: @autoclosure () -> String = "") throws {
    if !condition { throw Violation(rule, detail()) }
}
