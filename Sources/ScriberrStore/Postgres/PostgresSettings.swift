import CPQ

/// How PostgreSQL is spoken to. The defaults are what the program runs with; tests change single values.
package struct PostgresSettings: Sendable {
    /// Sessions at most, each with a thread of its own. Two of them are never used for reading, so that a crowd of readers
    /// cannot hold up leases.
    package var sessions = 8
    /// How long one statement may take.
    package var statementTimeout = Duration.seconds(30)
    /// How long a call waits for a session while the server cannot be reached.
    package var patience = Duration.seconds(10)
    /// How long the start waits for a server that is not there yet.
    package var startPatience = Duration.seconds(60)
    /// How long connecting may take, each time.
    package var connectTimeout = Duration.seconds(5)
    /// How often a transaction is tried that met another one.
    package var triesMax = 8
    /// The least time between two rounds of notices to other processes.
    package var noticeInterval = Duration.milliseconds(3)
    /// Whether a commit waits for the disk. Off only for measurements.
    package var isDurable = true

    package init() {}
}

/// Where the database lies: a `postgres://` URL as libpq reads it, TLS options included. Never shown: it may hold a password.
package struct PostgresAddress: Sendable, Equatable {
    let url: String

    /// Nil when `text` is not such a URL or libpq does not understand it.
    package init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else { return nil }
        guard let parsed = PQconninfoParse(text, nil) else { return nil }
        PQconninfoFree(parsed)
        url = text
    }

    /// Host, port and database, for logs.
    package var shown: String {
        let known = values(["host", "port", "dbname"])
        return "\(known["host"] ?? "local"):\(known["port"] ?? "5432")/\(known["dbname"] ?? "")"
    }

    private func values(_ wanted: Set<String>) -> [String: String] {
        guard let first = PQconninfoParse(url, nil) else { return [:] }
        defer { PQconninfoFree(first) }
        var found: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            if wanted.contains(name), let value = option.pointee.val { found[name] = String(cString: value) }
            option += 1
        }
        return found
    }
}
