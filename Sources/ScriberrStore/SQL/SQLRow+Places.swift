import ScriberrCore

/// Reading columns by their place, for lists: a name has to be looked up for each row.
extension SQLRow {
    /// A whole number.
    func integer(at place: Int) throws -> Int64 {
        guard let value = try optionalInteger(at: place) else { throw unexpected(at: place) }
        return value
    }

    /// A fraction.
    func real(at place: Int) throws -> Double {
        guard let value = try optionalReal(at: place) else { throw unexpected(at: place) }
        return value
    }

    /// A text.
    func text(at place: Int) throws -> String {
        guard let value = try optionalText(at: place) else { throw unexpected(at: place) }
        return value
    }

    /// A value that is stored as its raw text. Inlined, since a generic call that is not specialized costs more than the row.
    @inline(__always)
    func choice<Choice>(at place: Int, _ last: inout LastChoice<Choice>) throws -> Choice {
        guard let choice = last.choice(of: try text(at: place)) else { throw unexpected(at: place) }
        return choice
    }

    /// The error for a place that holds what it never should.
    func unexpected(at place: Int) -> ScriberrError { unexpected("number \(place)") }

    package func optionalInteger(at place: Int) throws -> Int64? {
        switch value(at: place) {
        case .null: nil
        case .integer(let number): number
        default: throw unexpected(at: place)
        }
    }

    package func optionalReal(at place: Int) throws -> Double? {
        switch value(at: place) {
        case .null: nil
        case .real(let number): number
        case .integer(let number): Double(number)
        default: throw unexpected(at: place)
        }
    }

    package func optionalText(at place: Int) throws -> String? {
        switch value(at: place) {
        case .null: nil
        case .text(let text): text
        default: throw unexpected(at: place)
        }
    }
}

/// What the row before held: in most lists the next one holds the same, and a text is slow to look up among its choices.
struct LastChoice<Choice: RawRepresentable<String>> {
    private var last: (text: String, choice: Choice)?

    /// Nil for a text that stands for none.
    mutating func choice(of text: String) -> Choice? {
        if let last, last.text == text { return last.choice }
        guard let choice = Choice(rawValue: text) else { return nil }
        last = (text, choice)
        return choice
    }
}
