import ScriberrCore
import ScriberrStore

/// How long a login must wait. An attempt counts as failed until it has succeeded, so that many at once gain nothing.
///
/// Three things are counted: tries at a name from an address, at a name from anywhere, and from an address at any name. The
/// narrow one is strict; the wide ones only slow down what no person does.
struct LoginThrottle {
    fileprivate struct Rule {
        var freeFailures: Int
        var longestSeconds: Int
    }

    private typealias Count = LoginAttemptSQL.Count

    /// What is counted.
    enum Key: Hashable, Sendable {
        case pair(name: String, address: String)
        case name(String)
        case address(String)

        fileprivate var rule: Rule {
            switch self {
            case .pair: Rule(freeFailures: 5, longestSeconds: 300)
            case .name: Rule(freeFailures: 30, longestSeconds: 30)
            case .address: Rule(freeFailures: 60, longestSeconds: 300)
            }
        }

        /// The key as text that no other key has.
        var text: String {
            switch self {
            case .pair(let name, let address): "pair \(name.utf8.count) \(name) \(address)"
            case .name(let name): "name \(name)"
            case .address(let address): "address \(address)"
            }
        }
    }

    private var counts: [Key: Count] = [:]
    /// How long a failure is remembered.
    static let memory = Duration.seconds(15 * 60)
    /// How much is remembered at most.
    static let countsMax = 30_000

    /// What is remembered of a key.
    subscript(key: Key) -> LoginAttemptSQL.Count? {
        get { counts[key] }
        set { counts[key] = newValue }
    }

    /// Starts an attempt. When it must wait instead, how many seconds.
    mutating func begin(name: String, address: String, at now: Timestamp) -> Int? {
        makeRoom(at: now)
        let keys = Self.keys(name, address)
        let blockedUntil = keys.compactMap { counts[$0]?.blockedUntil }.max() ?? now
        if blockedUntil > now { return max(1, Int((blockedUntil - now).inSeconds.rounded(.up))) }
        for key in keys { note(key, at: now) }
        return nil
    }

    /// The attempt had the wrong password: a wait that it began counts from now, however long the check took.
    mutating func fail(name: String, address: String, at now: Timestamp) {
        for key in Self.keys(name, address) {
            guard let count = counts[key], let seconds = Self.waitSeconds(count, key.rule) else { continue }
            counts[key]?.blockedUntil = max(count.blockedUntil, now + .seconds(seconds))
        }
    }

    /// The attempt had the right password.
    mutating func succeed(name: String, address: String) {
        counts[.pair(name: name, address: address)] = nil
        for key in [Key.name(name), .address(address)] {
            guard var count = counts[key] else { continue }
            count.failures -= 1
            if count.failures <= key.rule.freeFailures { count.blockedUntil = Timestamp(microseconds: 0) }
            counts[key] = count.failures > 0 ? count : nil
        }
    }

    private static func none(at now: Timestamp) -> Count {
        Count(failures: 0, blockedUntil: Timestamp(microseconds: 0), touchedAt: now)
    }

    private mutating func note(_ key: Key, at now: Timestamp) {
        var count = counts[key] ?? Self.none(at: now)
        if now - count.touchedAt > Self.memory { count = Self.none(at: now) }
        count.failures += 1
        count.touchedAt = now
        if let seconds = Self.waitSeconds(count, key.rule) { count.blockedUntil = now + .seconds(seconds) }
        counts[key] = count
    }

    /// How long to wait after that many failures; nil while more are free.
    private static func waitSeconds(_ count: Count, _ rule: Rule) -> Int? {
        let excess = count.failures - rule.freeFailures
        return excess < 0 ? nil : min(rule.longestSeconds, 1 << min(excess, 16))
    }

    private mutating func makeRoom(at now: Timestamp) {
        guard counts.count + 3 > Self.countsMax else { return }
        counts = counts.filter { now - $0.value.touchedAt <= Self.memory }
        guard counts.count + 3 > Self.countsMax else { return }
        // An attacker with that many addresses: what is remembered longest goes first.
        let middle = counts.values.map(\.touchedAt).sorted()[counts.count / 2]
        counts = counts.filter { $0.value.touchedAt > middle }
    }

    /// What an attempt is counted for.
    static func keys(_ name: String, _ address: String) -> [Key] {
        [.pair(name: name, address: address), .name(name), .address(address)]
    }
}
