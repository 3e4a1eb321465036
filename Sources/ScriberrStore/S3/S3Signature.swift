import Crypto
import ScriberrCore

/// Signature Version 4 of Amazon's web services, as S3-compatible servers check it.
/// Source: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
struct S3Signature {
    let location: S3Location
    let credentials: S3Credentials

    /// A request to be signed: everything that the signature covers.
    struct Subject {
        var method: String
        /// Not encoded.
        var path: String
        /// Not encoded.
        var query: [(name: String, value: String)] = []
        /// Names in lower case. `host` and the date are added.
        var headers: [(name: String, value: String)] = []
        /// SHA-256 of the body as hexadecimal digits.
        var bodyHash: String
    }

    /// The header fields to send, `authorization` among them.
    func headers(for subject: Subject, at time: Timestamp) -> [(name: String, value: String)] {
        let stamp = Stamp(time)
        var signed = subject
        signed.headers += [("host", location.host), ("x-amz-content-sha256", subject.bodyHash), ("x-amz-date", stamp.full)]
        if let token = credentials.sessionToken { signed.headers.append(("x-amz-security-token", token)) }
        signed.headers.sort { $0.name < $1.name }
        let names = signed.headers.map(\.name).joined(separator: ";")
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope(stamp)), SignedHeaders=\(names), "
            + "Signature=\(signature(signed, stamp))"
        return signed.headers + [("authorization", authorization)]
    }

    /// An address that answers `GET` without further credentials until `seconds` from `time`, at most a week.
    func presignedURL(path: String, query: [(name: String, value: String)], seconds: Int, at time: Timestamp) -> String {
        let stamp = Stamp(time)
        var subject = Subject(
            method: "GET",
            path: path,
            query: query,
            headers: [("host", location.host)],
            bodyHash: "UNSIGNED-PAYLOAD"
        )
        subject.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKey)/\(scope(stamp))"),
            ("X-Amz-Date", stamp.full), ("X-Amz-Expires", "\(min(max(seconds, 1), 604_800))"), ("X-Amz-SignedHeaders", "host"),
        ]
        if let token = credentials.sessionToken { subject.query.append(("X-Amz-Security-Token", token)) }
        let query = Self.canonical(subject.query) + "&X-Amz-Signature=" + signature(subject, stamp)
        return "\(location.scheme)://\(location.host)\(Self.encoded(path, keeping: "/"))?\(query)"
    }

    /// Percent-encodes everything but unreserved characters and those in `kept`.
    static func encoded(_ text: String, keeping kept: String = "") -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(kept)".utf8)
        return text.utf8.reduce(into: "") { encoded, byte in
            if plain.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    /// The query in the order that the signature asks for; also what is sent.
    static func canonical(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    static func hash(_ bytes: some Collection<UInt8>) -> String { hexadecimal(SHA256.hash(data: Array(bytes))) }

    private static let algorithm = "AWS4-HMAC-SHA256"

    private func scope(_ stamp: Stamp) -> String { "\(stamp.day)/\(location.region)/s3/aws4_request" }

    private func signature(_ subject: Subject, _ stamp: Stamp) -> String {
        let request = [
            subject.method, Self.encoded(subject.path, keeping: "/"), Self.canonical(subject.query),
            subject.headers.map { "\($0.name):\($0.value)\n" }.joined(), subject.headers.map(\.name).joined(separator: ";"),
            subject.bodyHash,
        ].joined(separator: "\n")
        let text = [Self.algorithm, stamp.full, scope(stamp), Self.hash(request.utf8)].joined(separator: "\n")
        let key = [String(stamp.day), location.region, "s3", "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8)) {
            key,
            part in
            Self.code(part, key)
        }
        return hexadecimal(Self.code(text, key))
    }

    private static func code(_ text: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }
}

/// A time as `20261126T183000Z`, and its day.
private struct Stamp {
    let full: String

    var day: Substring { full.prefix(8) }

    init(_ time: Timestamp) {
        full = time.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
