import CPQ
import Foundation
import ScriberrCore
import Synchronization

/// Carries notices between processes by `LISTEN` and `NOTIFY`, on a session and a thread of its own.
///
/// A notice inside the transaction that causes it would make the commits of all processes queue up behind each other. So it
/// is sent after the commit, many together, at most once in ``PostgresSettings/noticeInterval``. One that gets lost costs a
/// reader the time until it looks by itself.
final class PostgresPostman: Sendable {
    private struct State {
        var outbox: Set<PostgresNotice> = []
        var isStopped = false
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private static let channel = "scriberr"
    /// How long nothing may happen before the thread looks whether it shall stop.
    private static let tick = Duration.milliseconds(500)
    private static let outboxMax = 1_000
    private let state = Mutex(State())
    private let address: PostgresAddress
    private let settings: PostgresSettings
    private let signals: StoreSignals
    /// A pair of sockets, the first of which is readable when something was put into the outbox. Where the system gave none, notices wait for a tick.
    private let bell: (heard: CInt, rung: CInt)

    init(address: PostgresAddress, settings: PostgresSettings, signals: StoreSignals) {
        self.address = address
        self.settings = settings
        self.signals = signals
        var ends: [CInt] = [-1, -1]
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        bell = socketpair(AF_UNIX, CInt(kind), 0, &ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    }

    deinit {
        close(bell.heard)
        close(bell.rung)
    }

    /// Ends by ``stop()``.
    func start() { Thread.detachNewThread { [self] in serve() } }

    /// Takes a notice for the other processes.
    func carry(_ notice: PostgresNotice) {
        let isFirst = state.withLock { state in
            guard state.outbox.count < Self.outboxMax else { return false }
            defer { state.outbox.insert(notice) }
            return state.outbox.isEmpty
        }
        if isFirst { ring() }
    }

    /// Sends what is left and ends.
    func stop() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isStopped = true
                if !state.hasEnded { state.endWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func ring() {
        var stroke: UInt8 = 1
        // A full pipe rings already.
        _ = write(bell.rung, &stroke, 1)
    }

    private func serve() {
        while !isStopped {
            if let line = PostgresLine(address, settings, channel: Self.channel) {
                // What was missed while nobody listened.
                signals.events.raise()
                signals.jobs.raise(.due)
                work(line)
            } else {
                Thread.sleep(forTimeInterval: 0.25)
            }
        }
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.endWaiters = [] }
            return state.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Sends and receives until the line breaks or the postman stops.
    private func work(_ line: PostgresLine) {
        var mayBeSentAt = ContinuousClock.now
        while true {
            let isLast = isStopped
            if isLast || mayBeSentAt <= .now {
                let notices = state.withLock { state in
                    defer { state.outbox = [] }
                    return state.outbox
                }
                guard notices.isEmpty || line.send(notices) else { return }
                // What comes in meanwhile travels together.
                if !notices.isEmpty { mayBeSentAt = .now + settings.noticeInterval }
            }
            if isLast { return }
            // Before its time nothing is sent, so that the bell need not wake anybody.
            let isEarly = mayBeSentAt > .now
            let limit = isEarly ? max(.milliseconds(1), mayBeSentAt - .now) : Self.tick
            guard let received = line.receive(bell: isEarly ? -1 : bell.heard, limit) else { return }
            for notice in received { raise(notice) }
        }
    }

    private func raise(_ notice: PostgresNotice) {
        switch notice {
        case .events: signals.events.raise()
        case .job(let notice): signals.jobs.raise(notice)
        }
    }
}

/// The postman's session.
private final class PostgresLine {
    private let handle: OpaquePointer
    private let channel: String
    private static let payloadMax = 7_000

    /// Nil when there is no server.
    init?(_ address: PostgresAddress, _ settings: PostgresSettings, channel: String) {
        guard let handle = try? PostgresSession.connect(address, settings) else { return nil }
        self.handle = handle
        self.channel = channel
        // Notices are news, not truth: they need not wait for the disk.
        guard run("SET synchronous_commit = off; SET statement_timeout = 10000; LISTEN \(channel)") else { return nil }
    }

    deinit { PQfinish(handle) }

    /// False when the line is broken.
    func send(_ notices: Set<PostgresNotice>) -> Bool {
        var payloads: [String] = [""]
        for text in notices.map(\.text) {
            if payloads[payloads.count - 1].utf8.count + text.utf8.count > Self.payloadMax { payloads.append("") }
            payloads[payloads.count - 1] += (payloads[payloads.count - 1].isEmpty ? "" : ",") + text
        }
        // The alphabet of notices has no quote. A function that does the same would be planned each time, which doubles its cost.
        return payloads.allSatisfy { run("NOTIFY \(channel), '\($0)'") }
    }

    /// What others sent, after waiting for it or for the bell, at most for `limit`; nil when the line is broken.
    func receive(bell: CInt, _ limit: Duration) -> [PostgresNotice]? {
        var sockets = [
            pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0), pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
        ]
        poll(&sockets, 2, CInt(clamping: limit.wholeMilliseconds))
        if sockets[1].revents != 0 {
            var strokes = [UInt8](repeating: 0, count: 64)
            _ = read(bell, &strokes, strokes.count)
        }
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return nil }
        var received: [PostgresNotice] = []
        while let note = PQnotifies(handle) {
            defer { PQfreemem(note) }
            // Our own listeners know already.
            guard note.pointee.be_pid != PQbackendPID(handle), let text = note.pointee.extra else { continue }
            received += String(cString: text).split(separator: ",").compactMap { PostgresNotice(String($0)) }
        }
        return received
    }

    private func run(_ sql: String) -> Bool {
        guard let result = PQexec(handle, sql) else { return false }
        defer { PQclear(result) }
        return [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result))
    }
}

/// A notice as it travels.
enum PostgresNotice: Hashable, Sendable {
    case events
    case job(JobNotice)

    /// Of letters, digits and `_ # : -` alone.
    var text: String {
        switch self {
        case .events: "e"
        case .job(.due): "j"
        case .job(.dueLater(let time)): "d:\(time.microseconds)"
        case .job(.cancelRequested(let lease)): "c:\(lease)"
        case .job(.deleted(let lease)): "x:\(lease)"
        }
    }

    /// Nil for what this version does not know.
    init?(_ text: String) {
        let (kind, rest) = (text.prefix(2), text.dropFirst(2))
        switch kind {
        case "e": self = .events
        case "j": self = .job(.due)
        case "d:":
            guard let microseconds = Int64(rest) else { return nil }
            self = .job(.dueLater(Timestamp(microseconds: microseconds)))
        case "c:", "x:":
            let parts = rest.split(separator: "#")
            guard parts.count == 2, let job = TranscriptionID(String(parts[0])), let attempt = Int(parts[1]) else { return nil }
            let lease = Lease(job: job, attempt: attempt)
            self = .job(kind == "c:" ? .cancelRequested(lease) : .deleted(lease))
        default: return nil
        }
    }
}
