/// A statement in the words of each database, put together once instead of with every call.
struct DialectText: Sendable {
    private let sqlite: String
    private let postgres: String

    init(_ text: (SQLDialect) -> String) {
        sqlite = text(.sqlite)
        postgres = text(.postgres)
    }

    subscript(dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: sqlite
        case .postgres: postgres
        }
    }
}
