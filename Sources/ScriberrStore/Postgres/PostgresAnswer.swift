import CPQ

/// What a statement answered.
struct PostgresAnswer {
    /// How many rows it changed, or answered.
    let count: Int
    let rows: [any SQLRow]

    /// Reads a result. Throws ``PostgresFailure`` when it is one.
    init(_ result: OpaquePointer) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: break
        default: throw PostgresFailure(result: result)
        }
        count = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        let (rowCount, width) = (PQntuples(result), PQnfields(result))
        guard rowCount > 0 else {
            rows = []
            return
        }
        let columns = ColumnNames((0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" })
        let types = (0..<width).map { PQftype(result, $0) }
        rows = try (0..<rowCount).map { row in
            let values = try (0..<width).map { column -> SQLValue in
                guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
                let count = Int(PQgetlength(result, row, column))
                return try start.withMemoryRebound(to: UInt8.self, capacity: count) {
                    try SQLValue(type: types[Int(column)], bytes: UnsafeBufferPointer(start: $0, count: count))
                }
            }
            return AnswerRow(columns: columns, values: values)
        }
    }
}

extension PostgresFailure {
    /// Reads what a failed result tells.
    init(result: OpaquePointer) {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, CInt(code.value)).map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY
        self.init(state: field("C") ?? "", text: String((field("M") ?? "no answer").prefix(400)))
    }
}
