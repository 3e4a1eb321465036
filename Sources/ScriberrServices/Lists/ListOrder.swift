import Foundation
import ScriberrCore
import ScriberrStore

/// How a list is ordered: `created_at`, `updated_at` or `title`, with `-` before it for the other way round.
struct ListOrder: Hashable, Sendable {
    var column: Keyset.Column
    var isDescending: Bool

    /// Newest first.
    static let usual = ListOrder(column: .createdAt, isDescending: true)

    init(column: Keyset.Column, isDescending: Bool) {
        self.column = column
        self.isDescending = isDescending
    }

    /// Throws `VALIDATION_ERROR` with field `sort`.
    init(parameter: String) throws {
        isDescending = parameter.hasPrefix("-")
        switch isDescending ? String(parameter.dropFirst()) : parameter {
        case "created_at": column = .createdAt
        case "updated_at": column = .updatedAt
        case "title": column = .title
        default:
            throw ScriberrError(
                .validation,
                "Sort by `created_at`, `updated_at` or `title`, with `-` for descending.",
                field: "sort"
            )
        }
    }

    /// The parameter as it would be written.
    var text: String {
        let name =
            switch column {
            case .createdAt: "created_at"
            case .updatedAt: "updated_at"
            case .title: "title"
            }
        return isDescending ? "-" + name : name
    }
}

/// Where a page starts, as clients hand it back: unpadded base64url of a JSON object. Holds a digest of the filters, so that a
/// cursor of one list is refused by another.
struct ListCursor: Decodable, Hashable, Sendable {
    var sort: String
    var value: Value
    var id: String
    var filter: String

    /// What the list is ordered by, at the last row of the page before.
    enum Value: Decodable, Hashable, Sendable {
        case time(Int64)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {  // Either kind is right; the other is tried next.
                self = .time(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    /// The cursor as text.
    var parameter: String {
        get throws {
            let value =
                switch value {
                case .time(let number): String(number)
                case .text(let text): String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
                }
            // Written by hand: a general encoder takes longer for it than the database for the page.
            let json = #"{"filter":"\#(filter)","id":"\#(id)","sort":"\#(sort)","value":\#(value)}"#
            return Data(json.utf8).base64EncodedData().withUnsafeBytes { base64 in
                let bytes = base64.compactMap { byte -> UInt8? in
                    switch byte {
                    case UInt8(ascii: "+"): UInt8(ascii: "-")
                    case UInt8(ascii: "/"): UInt8(ascii: "_")
                    case UInt8(ascii: "="): nil
                    default: byte
                    }
                }
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The place that a cursor names. Throws `VALIDATION_ERROR` with field `cursor` unless it belongs to this order and these
    /// filters.
    static func place(_ parameter: String, order: ListOrder, filter: String) throws -> Keyset.Place {
        let base64 = parameter.replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard parameter.utf8.count <= 4_096, let json = Data(base64Encoded: padded),
            // Any failure to decode means the same to the client.
            let cursor = try? JSONDecoder().decode(ListCursor.self, from: json),
            cursor.sort == order.text, cursor.filter == filter, !cursor.id.isEmpty
        else { throw ScriberrError.cursor }
        switch (cursor.value, order.column) {
        case (.time(let number), .createdAt), (.time(let number), .updatedAt):
            return Keyset.Place(value: .integer(number), id: cursor.id)
        case (.text(let text), .title): return Keyset.Place(value: .text(text), id: cursor.id)
        default: throw ScriberrError.cursor
        }
    }
}

extension ScriberrError {
    fileprivate static let cursor = ScriberrError(
        .validation,
        "The cursor does not belong to this list. Start again without one.",
        field: "cursor"
    )
}
