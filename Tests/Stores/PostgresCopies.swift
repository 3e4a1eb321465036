import CPQ
import Foundation
package import ScriberrStore
import ScriberrTestSupport

/// Databases with all tables and nothing in them, copied from one that is made once: a hundred copies take seconds instead of minutes.
///
/// They are made on one session: a `psql` for each would cost more than the copy.
package actor PostgresCopies {
    /// Those of this process.
    package static let shared = PostgresCopies()
    private var template: Task<String, any Error>?
    private var handle: OpaquePointer?

    /// Makes a database; ``remove(_:)`` ends it.
    package func make() async throws -> PostgresAddress {
        let template = try await templateName()
        let name = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
        try run("CREATE DATABASE \(name) TEMPLATE \(template)")
        guard let address = PostgresAddress(TestPostgres.url(ofDatabase: name)) else {
            throw PostgresRefused(reason: "no address")
        }
        return address
    }

    /// Removes a database, whoever is connected to it.
    package func remove(_ address: PostgresAddress) throws {
        let name = address.shown.split(separator: "/").last ?? ""
        try run("DROP DATABASE \(name) WITH (FORCE)")
    }

    private func templateName() async throws -> String {
        if let template { return try await template.value }
        let task = Task {
            let url = try TestPostgres.makeDatabase()
            guard let address = PostgresAddress(url) else { throw PostgresRefused(reason: "no address") }
            // Nobody may be connected to what is copied.
            await (try PostgresDatabase(address: address)).close()
            return TestPostgres.name(url)
        }
        template = task
        return try await task.value
    }

    private func run(_ sql: String) throws {
        let live = handle ?? PQconnectdb(TestPostgres.address ?? "")
        handle = live
        let result = PQexec(live, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw PostgresRefused(reason: PQerrorMessage(live).map { String(cString: $0) } ?? "no answer")
        }
    }
}

/// The server for tests did not do what it was asked for.
struct PostgresRefused: Error, CustomStringConvertible {
    let reason: String
    var description: String { "PostgreSQL: \(reason)" }
}
