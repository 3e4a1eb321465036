/// A row of an answer, read whole, as every driver hands it out.
struct AnswerRow: SQLRow {
    let columns: ColumnNames
    let values: [SQLValue]

    func value(_ column: String) -> SQLValue { values[columns.index(of: column)] }
    func value(at place: Int) -> SQLValue { values[place] }
}

/// The columns of an answer. Readers ask for them in the order of the statement, so the search starts behind the last find.
final class ColumnNames {
    private let names: [String]
    private var expected = 0

    init(_ names: [String]) { self.names = names }

    func index(of name: String) -> Int {
        for offset in 0..<names.count {
            let index = (expected + offset) % names.count
            guard names[index] == name else { continue }
            expected = index + 1
            return index
        }
        preconditionFailure("No column \(name) in \(names).")
    }
}
