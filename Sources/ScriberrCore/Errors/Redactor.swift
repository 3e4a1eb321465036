/// The second wall against leaks: takes paths and secrets out of free text, and leaves alone what only looks like one.
///
/// The first wall is that public text is ours and never a native string; see ``ScriberrError``.
public enum Redactor {
    /// What stands for a path.
    public static let pathMark = "[redacted-path]"
    /// What stands for a secret.
    public static let secretMark = "[redacted]"

    /// `text` without paths of files, credentials in addresses, and values of tokens, keys and passwords. Line breaks stay.
    public static func redact(_ text: String) -> String {
        redactPaths(redactSecrets(text))
    }

    /// Like ``redact(_:)``, with paths left: for the log, whose readers need them.
    public static func redactSecrets(_ text: String) -> String {
        text
            // user:password@ in an address.
            .replacing(/\b([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^\s\/@"']+@/) { "\($0.1)\(secretMark)@" }
            .replacing(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+\/=-]+/.ignoresCase()) { "\($0.1) \(secretMark)" }
            // name=value, the value up to the next blank.
            .replacing(
                /([\w.-]*(?:token|api[_-]?key|secret|passw(?:or)?d|passphrase)[\w.-]*)=("[^"]*"|'[^']*'|\S+)/.ignoresCase()
            ) { "\($0.1)=\(secretMark)" }
            // name: value, also as JSON.
            .replacing(
                /((?:token|api[_-]?key|secret|passw(?:or)?d|passphrase|authorization)[\w.-]*["']?\s*:\s*)(\[redacted\]|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}\]]+(?:\s+\[redacted\])?)/
                    .ignoresCase()
            ) { match in
                let isQuoted = match.2.hasPrefix("\"")
                return match.1 + (isQuoted ? "\"\(secretMark)\"" : secretMark)
            }
            // Keys that are known by their shape: ours, and those of the usual services; JSON web tokens.
            .replacing(/\b(?:sk|rt|hf|gh[oprsu]|github_pat|xox[abp])[_-][A-Za-z0-9_-]{8,}/) { _ in secretMark }
            .replacing(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/) { _ in secretMark }
    }

    private static func redactPaths(_ text: String) -> String {
        text
            // Between quotes a path may hold blanks.
            .replacing(/(["'])(?:[A-Za-z]:[\\\/]|\\\\|~?\/(?!\/)|\.\.?\/)[^"'\n]+\1/) { "\($0.1)\(pathMark)\($0.1)" }
            .replacing(/\bfile:\/\/[^\s:;,'")]+/.ignoresCase()) { _ in pathMark }
            // Drive letters and network shares.
            .replacing(/(^|[^\w])(?:[A-Za-z]:[\\\/](?!\/)|\\\\)[^\s:;,'")]+/.anchorsMatchLineEndings()) {
                "\($0.1)\(pathMark)"
            }
            // From the root, the home folder or the present one; perhaps with blanks in it.
            .replacing(
                /(^|[^\w\/.:\]>-]|:(?=\/[^\/]))((?:~|\.\.?)?\/(?!\/)[^\s:;,'")]+)((?: [^\s:;,'"()=\/]+\/[^\s:;,'")]+)*)/
                    .anchorsMatchLineEndings()
            ) { "\($0.1)\(pathMark)\(goesOn($0.2, $0.3) ? "" : $0.3)" }
            .replacing(/(^|[\s:;,'"(=])((?:[\w.-]+\/)+[\w.-]+)/.anchorsMatchLineEndings()) { match in
                isRelativePath(match.2) ? "\(match.1)\(pathMark)" : String(match.0)
            }
    }

    /// Whether words with slashes behind a path belong to it: then the path so far ends in a folder's name, such as
    /// `/Users/Jane` in `/Users/Jane Doe/talk.wav`.
    private static func goesOn(_ path: Substring, _ rest: Substring) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return !name.contains(".") && isRelativePath(rest.drop { $0 == " " })
    }

    /// Whether words with slashes between them are a path, and not `audio/wav`, `and/or` or a date.
    private static func isRelativePath(_ text: Substring) -> Bool {
        let parts = text.split(separator: "/")
        guard let first = parts.first, let last = parts.last else { return false }
        let mediaKinds: Set<Substring> = ["audio", "video", "image", "text", "application", "font", "model", "multipart"]
        if parts.count == 2, mediaKinds.contains(first) { return false }
        if parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) { return false }
        return parts.count > 2 || (last.contains(".") && !last.hasSuffix("."))
    }
}
