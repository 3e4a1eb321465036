import Crypto
import HTTPTypes
import ScriberrCore

extension Answer {
    /// Tags the content of a read and leaves it out when the client has it already, so that asking again costs next to nothing.
    ///
    /// The tag is weak: it stands for what is said, not for its encoding.
    mutating func tagContent(for request: HTTPRequest) {
        guard request.method == .get || request.method == .head, status == .ok, case .bytes(let bytes) = body else { return }
        guard headers.first(.eTag) == nil, headers.first(.cacheControl) != "no-store" else { return }
        let tag = "\"" + hexadecimal(SHA256.hash(data: bytes).prefix(16)) + "\""
        headers.append(HTTPField(name: .eTag, value: "W/" + tag))
        guard Validators(entityTag: tag).evaluate(request.headerFields) == .notModified else { return }
        headers[.contentType] = nil
        status = .notModified
        body = .empty
    }
}
