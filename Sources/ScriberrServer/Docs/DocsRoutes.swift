import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    /// The OpenAPI document as a page for people. Needs nothing from the network and runs no script but its own.
    static let docs: [Route] = [
        page("/docs", "text/html; charset=utf-8", DocsPage.html),
        page("/docs/page.css", "text/css; charset=utf-8", DocsPage.style),
        page("/docs/page.js", "text/javascript; charset=utf-8", DocsPage.script),
    ]

    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    private static func page(_ path: String, _ type: String, _ text: String) -> Route {
        let bytes = Array(text.utf8)
        return Route(
            .get,
            path,
            .open { _ in
                Answer(
                    status: .ok,
                    headers: [.contentType: type, .contentSecurityPolicy: policy],
                    body: .bytes(bytes)
                )
            }
        )
    }
}

extension Operation {
    private static func file(_ summary: String, _ type: String) -> Operation {
        Operation(tag: "System", summary: summary, answers: [(200, .other(type, ["type": "string"]))])
    }

    /// The page and its parts.
    static let docs: [String: Operation] = [
        "GET /docs": file("This document as a page.", "text/html"), "GET /docs/page.css": file("The page's style.", "text/css"),
        "GET /docs/page.js": file("The page's script.", "text/javascript"),
    ]
}
