import Crypto
import CryptoExtras
import Dispatch
import Foundation
import ScriberrCore
import Synchronization

/// What a hash costs: 128 · r · 2^logN bytes of memory, p times over.
package struct PasswordCost: Sendable, Hashable {
    var logN: Int
    var r = 8
    var p = 1

    /// 32 MiB and some tenths of a second of one core.
    package static let usual = PasswordCost(logN: 15, p: 2)
    /// Next to nothing: for tests.
    package static let none = PasswordCost(logN: 2)
}

/// Passwords as scrypt hashes, written `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>` so that the cost can grow later.
///
/// One hash is made at a time, on a thread of its own: it takes 32 MiB and a good part of a second of one core. Beyond a bound of those who
/// wait, callers are turned away.
final class PasswordHasher: Sendable {
    private let cost: PasswordCost
    private let queue = DispatchQueue(label: "scriberr.passwords")
    private let waiting = Mutex(0)
    private let made = Mutex<[PasswordCost: Int]>([:])
    private static let waitingMax = 64
    private static let hashBytes = 32

    /// A hash that no password has, checked for unknown names so that they take as long as known ones.
    private let decoy: String

    init(cost: PasswordCost) {
        self.cost = cost
        decoy = Self.text(cost, salt: Self.salt(), hash: Self.salt() + Self.salt())
    }

    /// How many hashes were made so far, of each cost: what callers were kept waiting for.
    var hashesMade: [PasswordCost: Int] { made.withLock { $0 } }

    /// A new hash of `password`.
    func hash(_ password: String) async throws -> String {
        try await run { [self] in
            let salt = Self.salt()
            return Self.text(cost, salt: salt, hash: try derive(password, salt: salt, cost))
        }
    }

    /// Whether `password` belongs to `stored`. Takes as long when `stored` is nil, and is then false.
    func verify(_ password: String, against stored: String?) async throws -> Bool {
        let parts = (stored ?? decoy).split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let logN = Int(parts[1]), let r = Int(parts[2]),
            let p = Int(parts[3]), (1...20).contains(logN), let salt = Data(base64Encoded: String(parts[4])),
            let expected = Data(base64Encoded: String(parts[5]))
        else {
            throw ScriberrError(.internalError, "The account cannot be checked.", detail: "password hash is malformed")
        }
        let isEqual = try await run { [self] in
            let found = try derive(password, salt: Array(salt), PasswordCost(logN: logN, r: r, p: p))
            return zip(found, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 && found.count == expected.count
        }
        return isEqual && stored != nil
    }

    private func run<Value: Sendable>(_ work: @Sendable @escaping () throws -> Value) async throws -> Value {
        let isAdmitted = waiting.withLock { count in
            guard count < Self.waitingMax else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw ScriberrError(.tooManyRequests, "Too many logins at once. Try again in a moment.", retryAfterSeconds: 5)
        }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    private func derive(_ password: String, salt: [UInt8], _ cost: PasswordCost) throws -> [UInt8] {
        made.withLock { $0[cost, default: 0] += 1 }
        // One spelling of what looks the same, whatever keyboard it was typed on.
        let phrase = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: phrase,
            salt: salt,
            outputByteCount: Self.hashBytes,
            rounds: 1 << cost.logN,
            blockSize: cost.r,
            parallelism: cost.p
        )
        return key.withUnsafeBytes { Array($0) }
    }

    private static func text(_ cost: PasswordCost, salt: [UInt8], hash: [UInt8]) -> String {
        let (salt, hash) = (Data(salt).base64EncodedString(), Data(hash).base64EncodedString())
        return "scrypt$\(cost.logN)$\(cost.r)$\(cost.p)$\(salt)$\(hash)"
    }

    private static func salt() -> [UInt8] { RandomText.bytes(16) }
}
