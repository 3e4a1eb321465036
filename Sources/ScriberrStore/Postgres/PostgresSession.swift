import CPQ
import Foundation
import ScriberrCore

/// One session with the server, used by one thread at a time.
///
/// Statements are prepared once per session and sent in pipeline mode: what nobody waits for travels together with what
/// somebody waits for.
final class PostgresSession {
    private let handle: OpaquePointer
    private let timeout: Duration
    private var names: [StatementKey: String] = [:]
    private var nextName = 0
    private var expected: [Expected] = []
    /// The session cannot be used any more.
    private(set) var isLost = false
    /// When it was last heard of.
    private(set) var heardAt = ContinuousClock.now

    private struct StatementKey: Hashable {
        var sql: String
        var types: [Oid]
    }

    /// An answer that is on its way.
    private enum Expected {
        case prepared(StatementKey)
        case answer
        case ignored
        case sync
    }

    private static let statementsMax = 400

    /// Connects and sets the session up. Blocks; throws ``PostgresFailure``.
    ///
    /// Plans are made once and must not depend on what the tables held when that was: a queue that was empty then would be
    /// scanned and sorted when it is full. Where an index serves, it is to be used.
    ///
    /// A transaction whose process falls silent is ended after ten seconds: until then it holds its rows, and readers of the event
    /// log go no further than where it began.
    init(_ address: PostgresAddress, _ settings: PostgresSettings) throws {
        timeout = settings.statementTimeout + .seconds(10)
        handle = try Self.connect(address, settings)
        let milliseconds = settings.statementTimeout.wholeMilliseconds
        try run(
            """
            SET client_min_messages = error; SET standard_conforming_strings = on; SET extra_float_digits = 1;
            SET default_transaction_isolation = 'read committed'; SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
            SET statement_timeout = \(milliseconds); SET lock_timeout = \(milliseconds / 2);
            SET idle_in_transaction_session_timeout = 10000; SET synchronous_commit = \(settings.isDurable ? "on" : "off")
            """
        )
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    deinit { PQfinish(handle) }

    /// The number of the server's process for this session.
    var serverProcess: Int32 { PQbackendPID(handle) }

    /// Whether the server still seems to be there; asks the socket when nothing was heard for a while.
    func seemsAlive() -> Bool {
        guard !isLost else { return false }
        guard ContinuousClock.now - heardAt > .seconds(1) else { return true }
        if PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK { isLost = true }
        return !isLost
    }

    /// Queues a statement; ``finish()`` gets its answer.
    func send<Argument: PostgresArgument>(_ sql: String, _ arguments: [Argument]) throws {
        let key = StatementKey(sql: sql, types: arguments.map(\.postgresType))
        let name = try names[key] ?? prepare(key)
        var bytes: [UInt8] = []
        let lengths = arguments.map { argument in
            let start = bytes.count
            argument.append(to: &bytes)
            return CInt(bytes.count - start)
        }
        // A place to point to for empty arguments too: a null pointer would be NULL.
        bytes.append(0)
        let sent = bytes.withUnsafeBufferPointer { buffer in
            var place = buffer.baseAddress
            let values = zip(arguments, lengths).map { argument, length -> UnsafePointer<CChar>? in
                defer { place = place?.advanced(by: Int(length)) }
                guard !argument.isNull, let place else { return nil }
                return UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self)
            }
            let formats = [CInt](repeating: 1, count: arguments.count)
            return PQsendQueryPrepared(handle, name, CInt(arguments.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        expected.append(.answer)
    }

    private func prepare(_ key: StatementKey) throws -> String {
        if names.count >= Self.statementsMax {
            names = [:]
            guard PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1) == 1 else { throw lost() }
            expected.append(.ignored)
        }
        nextName += 1
        let name = "s\(nextName)"
        guard PQsendPrepare(handle, name, key.sql, CInt(key.types.count), key.types) == 1 else { throw lost() }
        names[key] = name
        expected.append(.prepared(key))
        return name
    }

    /// Sends what is queued, without waiting for its answers; the next ``finish()`` reads them too.
    func flush() throws {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        expected.append(.sync)
    }

    /// Sends what is queued and waits for all answers, those of the statements only, in their order. Throws the first failure.
    func finish() throws -> [PostgresAnswer] {
        try flush()
        var answers: [PostgresAnswer] = []
        var failure: PostgresFailure?
        let awaited = expected
        expected = []
        for each in awaited {
            do {
                switch each {
                case .sync: try skipSync()
                case .answer: answers.append(try answer())
                case .ignored: _ = try answer()
                case .prepared(let key):
                    do { _ = try answer() } catch {
                        names[key] = nil
                        throw error
                    }
                }
            } catch let error as PostgresFailure {
                if isLost { throw failure ?? error }
                failure = failure ?? error
            }
        }
        heardAt = .now
        if let failure { throw failure }
        return answers
    }

    /// The answer to one statement, and the empty result that ends it.
    private func answer() throws -> PostgresAnswer {
        guard let result = try nextResult() else { throw lost() }
        defer { PQclear(result) }
        let answer = Result { try PostgresAnswer(result) }
        while let rest = try nextResult() { PQclear(rest) }
        return try answer.get()
    }

    private func skipSync() throws {
        guard let result = try nextResult() else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost() }
    }

    private func nextResult() throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            guard waitReadable(PQsocket(handle), timeout), PQconsumeInput(handle) == 1 else { throw lost() }
        }
        let result = PQgetResult(handle)
        if PQstatus(handle) != CONNECTION_OK {
            defer { if let result { PQclear(result) } }
            isLost = true
            throw result.map { PostgresFailure(result: $0) } ?? lost()
        }
        return result
    }

    /// Runs statements outside of pipeline mode.
    private func run(_ sql: String) throws {
        guard let result = PQexec(handle, sql) else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw PostgresFailure(result: result) }
    }

    private func lost() -> PostgresFailure {
        isLost = true
        return PostgresFailure(state: "", text: lastMessage(handle))
    }
}

/// Waits until the socket has something to read; false when it took too long.
func waitReadable(_ socket: CInt, _ timeout: Duration) -> Bool {
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    let deadline = ContinuousClock.now + timeout
    while true {
        let left = max(0, (deadline - .now).wholeMilliseconds)
        let found = poll(&descriptor, 1, CInt(clamping: left))
        if found > 0 { return true }
        if found == 0 || errno != EINTR { return false }
    }
}

extension PostgresSession {
    /// Connects; the URL's own options win over ours, except for the encoding.
    static func connect(_ address: PostgresAddress, _ settings: PostgresSettings) throws -> OpaquePointer {
        let options = [
            ("fallback_application_name", "scriberr"),
            ("connect_timeout", "\(max(2, settings.connectTimeout.components.seconds))"),
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
            ("dbname", address.url), ("client_encoding", "UTF8"),
        ]
        let words = options.flatMap { [strdup($0.0), strdup($0.1)] }
        defer { for word in words { free(word) } }
        let keywords = stride(from: 0, to: words.count, by: 2).map { UnsafePointer(words[$0]) } + [nil]
        let values = stride(from: 1, to: words.count, by: 2).map { UnsafePointer(words[$0]) } + [nil]
        guard let handle = PQconnectdbParams(keywords, values, 1) else { throw PostgresFailure(state: "", text: "out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            // libpq tells no SQLSTATE here. What no waiting mends is told from the rest by the server's words.
            let text = lastMessage(handle)
            let isRefused = [
                "authentication failed", "does not exist", "no password supplied", "no pg_hba.conf entry", "certificate",
            ]
            .contains { text.contains($0) }
            throw PostgresFailure(state: isRefused ? "28000" : "", text: text)
        }
        return handle
    }
}

/// libpq's last words, on one line. They name host, user and database, never the password.
private func lastMessage(_ handle: OpaquePointer) -> String {
    let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.isEmpty ? "no answer" : String(line.prefix(400))
}
