import CWebFiles
import Foundation
import HTTPTypes

/// The web page: files that lie in the program itself, or in a folder while somebody works on them.
///
/// The page is one document; which view it shows follows from the path, so every path that is nobody else's answers it.
struct WebPage: Sendable {
    /// A folder to read from at each request instead, for working on the page.
    let folder: String?
    /// Where recordings may be played from besides this server: scheme, host and port; nil for nowhere.
    var mediaOrigin: String?

    /// The answer to a path that no route knows; nil when it is not the page's.
    func answer(_ method: HTTPRequest.Method, path: String) -> Answer? {
        guard method == .get || method == .head, path.utf8.count <= 512 else { return nil }
        if path.hasPrefix("/web/") { return file(String(path.dropFirst("/web/".count))) }
        if path == "/favicon.ico" { return file("icon.svg") }
        guard isView(path) else { return nil }
        return file("index.html")
    }

    /// Whether a path may be a view of the page: the APIs keep theirs, and what looks like a file is none.
    private func isView(_ path: String) -> Bool {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard path == "/" || segments.allSatisfy({ !$0.isEmpty }) else { return false }
        guard let first = segments.first, !Self.reserved.contains(String(first)) else { return false }
        return !(segments.last?.contains(".") ?? false)
    }

    private static let reserved: Set<String> = ["api", "v1", "asr", "detect-language", "docs", "health", "metrics", "web"]

    private func file(_ name: String) -> Answer? {
        guard let bytes = folder.flatMap({ Self.read(name, in: $0) }) ?? Self.files[name] else { return nil }
        var headers: HTTPFields = [
            .contentType: Self.mediaType(of: name),
            // Checked again by its tag each time: an upgrade is seen at once, and an unchanged file costs no content.
            .cacheControl: "no-cache",
        ]
        let media = mediaOrigin.map { "media-src 'self' \($0)" } ?? "media-src 'self'"
        headers[.contentSecurityPolicy] = Self.policy.replacing("media-src 'self'", with: media)
        headers[.permissionsPolicy] = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        return Answer(status: .ok, headers: headers, body: .bytes(bytes))
    }

    /// Nothing but our own files runs, and text never becomes markup.
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self'",
        "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private static let files: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        for index in 0..<web_file_count() {
            let file = web_file_at(index)
            files[String(cString: file.path)] = Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
        }
        return files
    }()

    /// The names of the files in the program.
    static var names: Set<String> { Set(files.keys) }

    /// A file of the folder; names cannot lead out of it.
    private static func read(_ name: String, in folder: String) -> [UInt8]? {
        let pieces = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = pieces.allSatisfy { piece in
            piece.first != "." && !piece.isEmpty
                && piece.utf8.allSatisfy { $0 == 45 || $0 == 46 || (48...57).contains($0) || (97...122).contains($0) }
        }
        guard isPlain else { return nil }
        // A file that is not there is looked for in the program.
        return (try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))).map { Array($0) }
    }

    private static func mediaType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "webmanifest": "application/manifest+json"
        default: "application/octet-stream"
        }
    }
}

extension HTTPField.Name {
    fileprivate static let permissionsPolicy = known("Permissions-Policy")
    fileprivate static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
}
