import Foundation
import ScriberrCore

/// Reads a table in the order of its primary key, so many rows at a time that they take a few megabytes.
struct RowReader: Sendable {
    let table: TableShape
    /// The columns that are read, those of the key among them.
    let columns: [String]
    /// Behind which row it goes on; nil for the first.
    private(set) var place: [SQLValue]?
    private var limit = Self.firstLimit
    private static let firstLimit = 16
    private static let limitMax = 2_000
    private static let batchBytes = 4 << 20

    init(_ table: TableShape, _ columns: [String], after place: [SQLValue]?) {
        (self.table, self.columns, self.place) = (table, columns, place)
    }

    /// The next rows; none at the end.
    mutating func next(_ database: any Database) async throws -> [[SQLValue]] {
        let (sql, arguments, columns) = (statement, (place ?? []) + [.int(limit)], columns)
        let rows = try await database.read { connection in
            try connection.query(sql, arguments).map { row in columns.map { row.value($0) } }
        }
        guard let last = rows.last else { return [] }
        place = table.key.compactMap { name in columns.firstIndex(of: name).map { last[$0] } }
        let bytes = rows.reduce(0) { $1.reduce($0) { $0 + $1.byteCount } } / rows.count + 1
        limit = min(max(1, Self.batchBytes / bytes), limit * 4, Self.limitMax)
        return rows
    }

    private var statement: String {
        let key = table.key.map { "\"\($0)\"" }.joined(separator: ", ")
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let marks = (1...table.key.count).map { "$\($0)" }.joined(separator: ", ")
        let behind = place == nil ? "" : " WHERE (\(key)) > (\(marks))"
        return "SELECT \(list) FROM \(table.name)\(behind) ORDER BY \(key) LIMIT $\((place?.count ?? 0) + 1)"
    }
}

/// A place in a table as text, to be read back after a restart.
enum RowPlace {
    static func text(_ place: [SQLValue]) throws -> String {
        let words = try place.map { value in
            switch value {
            case .integer(let number): "i\(number)"
            case .text(let text): "t\(text)"
            default: throw ScriberrError(.storageFailed, "A key is neither a number nor text.", disposition: .permanent)
            }
        }
        return String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
    }

    static func values(_ text: String) throws -> [SQLValue] {
        try JSONDecoder().decode([String].self, from: Data(text.utf8)).map { word in
            if word.hasPrefix("i"), let number = Int64(word.dropFirst()) { return .integer(number) }
            return .text(String(word.dropFirst()))
        }
    }
}
