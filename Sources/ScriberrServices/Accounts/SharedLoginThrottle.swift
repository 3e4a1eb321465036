package import ScriberrCore
package import ScriberrStore
import Synchronization

/// Who decides whether a login may be tried now.
package protocol LoginGate: Sendable {
    /// Starts an attempt. When it must wait instead, how many seconds.
    func begin(name: String, address: String, at now: Timestamp) async throws -> Int?
    /// The attempt had the wrong password: a wait that it began counts from now, however long the check took.
    func fail(name: String, address: String, at now: Timestamp) async throws
    /// The attempt had the right password.
    func succeed(name: String, address: String, at now: Timestamp) async throws
    /// Forgets what is over. Answers how much that was.
    func purge(at now: Timestamp) async throws -> Int
}

/// Counts in this process.
package final class OwnLoginThrottle: LoginGate {
    private let throttle = Mutex(LoginThrottle())

    package init() {}

    package func begin(name: String, address: String, at now: Timestamp) async throws -> Int? {
        throttle.withLock { $0.begin(name: name, address: address, at: now) }
    }

    package func fail(name: String, address: String, at now: Timestamp) async throws {
        throttle.withLock { $0.fail(name: name, address: address, at: now) }
    }

    package func succeed(name: String, address: String, at now: Timestamp) async throws {
        throttle.withLock { $0.succeed(name: name, address: address) }
    }

    package func purge(at now: Timestamp) async throws -> Int { 0 }
}

/// Counts in the database, together with every other node of it.
///
/// Attempts take turns for the few milliseconds that counting takes; a password's hash takes longer.
package struct SharedLoginThrottle: LoginGate {
    private let database: any Database

    package init(database: any Database) { self.database = database }

    package func begin(name: String, address: String, at now: Timestamp) async throws -> Int? {
        try await change(name, address) { $0.begin(name: name, address: address, at: now) }
    }

    package func fail(name: String, address: String, at now: Timestamp) async throws {
        try await change(name, address) { $0.fail(name: name, address: address, at: now) }
    }

    package func succeed(name: String, address: String, at now: Timestamp) async throws {
        try await change(name, address) { $0.succeed(name: name, address: address) }
    }

    package func purge(at now: Timestamp) async throws -> Int {
        try await database.write {
            try LoginAttemptSQL.prune($0, before: now - LoginThrottle.memory, keep: LoginThrottle.countsMax)
        }
    }

    /// Runs `body` on the counts of these keys and writes back what it made of them.
    private func change<Value: Sendable>(
        _ name: String,
        _ address: String,
        _ body: @Sendable @escaping (inout LoginThrottle) -> Value
    ) async throws -> Value {
        let keys = LoginThrottle.keys(name, address).map { (key: $0, text: RandomText.digest($0.text)) }
        return try await database.write { db in
            try LoginAttemptSQL.takeTurn(db)
            var throttle = LoginThrottle()
            for key in keys { throttle[key.key] = try LoginAttemptSQL.count(db, key.text) }
            let before = throttle
            let value = body(&throttle)
            for key in keys where throttle[key.key] != before[key.key] {
                if let count = throttle[key.key] {
                    try LoginAttemptSQL.set(db, key.text, to: count)
                } else {
                    try LoginAttemptSQL.remove(db, key.text)
                }
            }
            return value
        }
    }
}
