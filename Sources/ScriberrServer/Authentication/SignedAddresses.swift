import Crypto
import Foundation
import ScriberrCore

/// An address that opens one path without further credentials for a while.
struct SignedAddress: Hashable, Sendable {
    /// Path and query, to be put behind the server's own origin.
    var url: String
    /// When it stops working.
    var expiresAt: Timestamp
}

/// Makes and reads signatures of addresses: an HMAC over the path, the account, its token version and the expiry.
///
/// A media element cannot send a header, so what it plays is named by such an address. The token version makes ending every
/// session, locking an account out or changing its password void the addresses too.
struct SignedAddresses: Sendable {
    /// What a good signature says.
    struct Grant: Hashable, Sendable {
        /// Whose eyes the path is seen with.
        var user: UserID
        /// The account's token version when the address was made.
        var tokenVersion: Int64
    }

    private let key: SymmetricKey
    private let clock: any WallClock
    private static let statementBytes = 24
    private static let macBytes = 32

    /// Derives a key of its own from `secret`, so that no signature can pass for a token or the other way round.
    init(secret: [UInt8], clock: any WallClock) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Array("scriberr signed addresses".utf8),
            outputByteCount: 32
        )
        self.clock = clock
    }

    /// Signs a path for an account. The expiry is a whole second.
    func make(_ path: String, user: UserID, tokenVersion: Int64, lifetime: Duration) -> SignedAddress {
        let expiry = (clock.now() + lifetime).microseconds / 1_000_000
        let statement = [user.number, tokenVersion, expiry].flatMap { number in
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
        let mac = HMAC<SHA256>.authenticationCode(for: Self.message(path, statement), using: key)
        let text = Data(statement + mac).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return SignedAddress(
            url: "\(path)?signature=\(text.replacing("=", with: ""))",
            expiresAt: Timestamp(microseconds: expiry * 1_000_000)
        )
    }

    /// What a signature for `path` says; nil unless we made it for exactly this path and its time is not over.
    func read(_ signature: String, path: String) -> Grant? {
        let base64 = signature.replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard signature.utf8.count <= 128, let bytes = Data(base64Encoded: padded).map(Array.init),
            bytes.count == Self.statementBytes + Self.macBytes
        else { return nil }
        let statement = Array(bytes.prefix(Self.statementBytes))
        let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
            bytes.suffix(Self.macBytes),
            authenticating: Self.message(path, statement),
            using: key
        )
        guard isOurs else { return nil }
        let numbers = (0..<3).map { index in
            statement[index * 8..<index * 8 + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        guard clock.now().microseconds < numbers[2] * 1_000_000 else { return nil }
        return Grant(user: UserID(numbers[0]), tokenVersion: numbers[1])
    }

    private static func message(_ path: String, _ statement: [UInt8]) -> [UInt8] { statement + Array(path.utf8) }
}
