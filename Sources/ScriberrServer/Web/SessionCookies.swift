import HTTPTypes
import Hummingbird
import ScriberrCore
import ScriberrServices

/// The two cookies of a browser's session. Scripts cannot read them; the refresh token travels to the routes of sign-in only.
struct SessionCookies: Sendable {
    /// The access token's cookie.
    static let access = "scriberr_access_token"
    /// The refresh token's cookie.
    static let refresh = "scriberr_refresh_token"
    /// Where the refresh token is sent. A cookie's path matches whole parts between slashes (RFC 6265, 5.1.4), so that one that ends in
    /// `session` would not go to `session:refresh`.
    static let refreshPath = "/api/v1/auth"
    /// Where it was kept once; one that is left there would be sent before the other.
    private static let formerRefreshPath = "/api/v1/auth/session"

    /// Whether browsers send them over HTTPS only.
    let isSecure: Bool

    /// The access token among a request's cookies; nil when there is none, or when it is not as we have written it.
    static func accessToken(in headers: HTTPFields) -> String? {
        guard let header = headers[.cookie] else { return nil }
        for item in header.split(separator: ";") {
            let text = item.trimmingBlanks()
            guard text.hasPrefix(access), text.dropFirst(access.count).first == "=" else { continue }
            return String(text.dropFirst(access.count + 1))
        }
        return nil
    }

    /// Hands a session to the browser.
    func set(_ session: Session, accessToken: String, _ lifetime: Duration, on answer: inout Answer) {
        add(Self.access, accessToken, path: "/api", seconds: lifetime.components.seconds, &answer)
        add(Self.refresh, "", path: Self.formerRefreshPath, seconds: 0, &answer)
        add(Self.refresh, session.refreshToken, path: Self.refreshPath, seconds: 30 * 86_400, &answer)
    }

    /// Takes the session away from the browser.
    func clear(on answer: inout Answer) {
        add(Self.access, "", path: "/api", seconds: 0, &answer)
        add(Self.refresh, "", path: Self.formerRefreshPath, seconds: 0, &answer)
        add(Self.refresh, "", path: Self.refreshPath, seconds: 0, &answer)
    }

    private func add(_ name: String, _ value: String, path: String, seconds: Int64, _ answer: inout Answer) {
        let text = "\(name)=\(value); Path=\(path); Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
        answer.headers.append(HTTPField(name: .setCookie, value: text))
    }
}

extension CORSPolicy {
    /// Whether a browser says that one of our own pages, or one of a configured origin, makes the request. Programs that are no
    /// browsers send neither header.
    func isFromOwnPage(_ request: Request) -> Bool {
        if let origin = request.headers[.origin] { return trusts(origin, host: request.head.authority) }
        guard let site = request.headers[.secFetchSite] else { return true }
        return site == "same-origin" || site == "none"
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = known("Sec-Fetch-Site")
}
