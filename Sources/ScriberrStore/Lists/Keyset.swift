/// Which page of a list: an order and the place behind which it starts.
package struct Keyset: Sendable, Hashable {
    /// The column that decides; the row's id decides between equals, in the same direction.
    package var column: Column
    /// Largest first.
    package var isDescending: Bool
    /// The last row of the page before; nil for the first page.
    package var after: Place?
    /// How many rows at most.
    package var limit: Int

    package init(column: Column, isDescending: Bool, after: Place?, limit: Int) {
        self.column = column
        self.isDescending = isDescending
        self.after = after
        self.limit = limit
    }

    /// What lists can be ordered by.
    package enum Column: String, Sendable {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case title = "title_folded"
    }

    /// A row's place in the order.
    package struct Place: Sendable, Hashable {
        package var value: SQLValue
        package var id: String

        package init(value: SQLValue, id: String) {
            self.value = value
            self.id = id
        }
    }
}

/// Conditions and their arguments, collected in the order of their placeholders.
struct Conditions {
    private(set) var sql: [String] = []
    private(set) var arguments: [SQLValue] = []

    /// Adds a condition; each `?` in it becomes the next placeholder.
    mutating func add(_ condition: String, _ values: SQLValue...) { add(condition, values) }

    /// The same for any number of values.
    mutating func add(_ condition: String, _ values: [SQLValue]) {
        let parts = condition.split(separator: "?", omittingEmptySubsequences: false)
        precondition(parts.count == values.count + 1, "Each ? of a condition has one value.")
        var text = String(parts[0])
        for (value, part) in zip(values, parts.dropFirst()) {
            arguments.append(value)
            text += "$\(arguments.count)" + part
        }
        sql.append(text)
    }

    /// The rest of a statement behind `FROM table`: conditions, order and limit. Reads one row more than the page holds.
    mutating func page(_ keyset: Keyset) -> String {
        let direction = keyset.isDescending ? "DESC" : "ASC"
        if let place = keyset.after {
            let comparison = keyset.isDescending ? "<" : ">"
            add("(\(keyset.column.rawValue), id) \(comparison) (?, ?)", place.value, .text(place.id))
        }
        arguments.append(.int(keyset.limit + 1))
        return """
            WHERE \(sql.joined(separator: " AND "))
            ORDER BY \(keyset.column.rawValue) \(direction), id \(direction) LIMIT $\(arguments.count)
            """
    }
}
