import Foundation
import ScriberrCore
import ScriberrStore

/// What every list understands: `limit`, `sort`, `cursor`, `q` and `updated_after`.
struct ListQuery: Sendable {
    var order: ListOrder
    var limit: Int
    var cursor: String?
    /// Folded text to find in the title.
    var search: String?
    /// The same as terms to find in transcripts.
    var terms: [[String]]
    var updatedAfter: Timestamp?

    private static let limitUsual = 50
    private static let limits = 1...100
    private static let searchCharactersMax = 200

    init(_ parameters: [String: String]) throws {
        order = try parameters["sort"].map(ListOrder.init(parameter:)) ?? .usual
        limit = try Self.limit(parameters["limit"])
        cursor = parameters["cursor"].flatMap { $0.isEmpty ? nil : $0 }
        search = try Self.search(parameters["q"])
        terms = SearchText.terms(parameters["q"] ?? "")
        updatedAfter = try Self.time(parameters["updated_after"])
    }

    /// The page to read. `filter` names the filters of the list beyond those that all have.
    func keyset(filter: String) throws -> Keyset {
        let place = try cursor.map { try ListCursor.place($0, order: order, filter: digest(filter)) }
        return Keyset(column: order.column, isDescending: order.isDescending, after: place, limit: limit)
    }

    /// A page of `rows`, of which there is one too many when more follow.
    func page<Row: Sendable>(_ rows: [Row], filter: String, place: (Row) -> (ListPlace)) throws -> Page<Row> {
        guard rows.count > limit else { return Page(items: rows, nextCursor: nil) }
        let last = place(rows[limit - 1])
        let value: ListCursor.Value =
            switch order.column {
            case .createdAt: .time(last.createdAt.microseconds)
            case .updatedAt: .time(last.updatedAt.microseconds)
            case .title: .text(TitleFolding.fold(last.title))
            }
        let next = ListCursor(sort: order.text, value: value, id: last.id, filter: digest(filter))
        return Page(items: Array(rows.prefix(limit)), nextCursor: try next.parameter)
    }

    private func digest(_ filter: String) -> String {
        let all = [filter, search ?? "", updatedAfter.map { String($0.microseconds) } ?? ""].joined(separator: "\u{0}")
        return String(RandomText.digest(all).prefix(12))
    }

    private static func limit(_ text: String?) throws -> Int {
        guard let text else { return limitUsual }
        guard let limit = Int(text), limits.contains(limit) else {
            throw ScriberrError(
                .validation,
                "A limit is a number from \(limits.lowerBound) to \(limits.upperBound).",
                field: "limit"
            )
        }
        return limit
    }

    private static func search(_ text: String?) throws -> String? {
        let text = (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return nil }
        guard text.count <= searchCharactersMax else {
            throw ScriberrError(.validation, "A search has at most \(searchCharactersMax) characters.", field: "q")
        }
        // No text has one, and SQLite's LIKE stops at it.
        guard !text.utf8.contains(0) else { throw ScriberrError(.validation, "A search has no NUL.", field: "q") }
        return TitleFolding.fold(text)
    }

    private static func time(_ text: String?) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw ScriberrError(
                .validation,
                "Write a time as in 2026-01-31T12:00:00Z.",
                field: "updated_after"
            )
        }
        return time
    }
}

/// What a row's place in any order follows from.
struct ListPlace {
    var id: String
    var title: String
    var createdAt: Timestamp
    var updatedAt: Timestamp
}

/// The query of a list of files: `limit`, `sort`, `cursor`, `q`, `updated_after`, `status`, `kind`.
package struct FileListQuery: Sendable {
    let list: ListQuery
    let filter: FileSQL.Filter

    /// Reads the parameters of a request; others are ignored. Throws `VALIDATION_ERROR` with the parameter as field.
    package init(parameters: [String: String] = [:]) throws {
        list = try ListQuery(parameters)
        var filter = FileSQL.Filter()
        filter.search = list.search
        filter.updatedAfter = list.updatedAfter
        if let status = parameters["status"] {
            // A file is called `uploaded` by older clients.
            guard let known = AudioFile.Status(rawValue: status == "uploaded" ? "ready" : status) else {
                throw ScriberrError(
                    .validation,
                    "A file is `ready`, `processing` or `failed`.",
                    field: "status"
                )
            }
            filter.status = known
        }
        if let kind = parameters["kind"] {
            guard let known = AudioFile.Kind(rawValue: kind) else {
                throw ScriberrError(.validation, "A kind is `audio`, `video` or `youtube`.", field: "kind")
            }
            filter.kind = known
        }
        self.filter = filter
        _ = try list.keyset(filter: cursorFilter)
    }

    var cursorFilter: String { "files,\(filter.status?.rawValue ?? ""),\(filter.kind?.rawValue ?? "")" }
}

/// The query of a list of transcriptions: `limit`, `sort`, `cursor`, `q`, `updated_after`, `status`.
package struct TranscriptionListQuery: Sendable {
    let list: ListQuery
    let status: JobStatus?

    /// Whether the list is a search, whose items say where they were found.
    package var isSearch: Bool { list.search != nil }

    /// Reads the parameters of a request; others are ignored. Throws `VALIDATION_ERROR` with the parameter as field.
    package init(parameters: [String: String] = [:]) throws {
        list = try ListQuery(parameters)
        if let text = parameters["status"] {
            guard let known = JobStatus(rawValue: text) else {
                let names = JobStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw ScriberrError(.validation, "A status is one of \(names).", field: "status")
            }
            status = known
        } else {
            status = nil
        }
        _ = try list.keyset(filter: cursorFilter)
    }

    var cursorFilter: String { "transcriptions,\(status?.rawValue ?? "")" }
}
