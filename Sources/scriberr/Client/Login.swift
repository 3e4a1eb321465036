import Foundation
import Glibc
import ScriberrCore

/// Which server the command line speaks to and with what: a file of the user alone, `$XDG_CONFIG_HOME/scriberr/login.json`.
struct Login: Codable, Sendable {
    /// Without a slash at the end.
    var server: String
    /// An API key.
    var key: String?
    /// Ends a session, or trades for new access; only of a login with a password.
    var refreshToken: String?

    private enum CodingKeys: String, CodingKey {
        case server, key
        case refreshToken = "refresh_token"
    }

    /// Where the file lies.
    static func path(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        return folder + "/scriberr/login.json"
    }

    /// The login that was kept; nil when there is none. Throws when the file cannot be understood.
    static func kept() throws -> Login? {
        guard let data = FileManager.default.contents(atPath: path()) else { return nil }
        do {
            return try JSONDecoder().decode(Login.self, from: data)
        } catch {
            throw ScriberrError(.invalidRequest, "\(path()) cannot be read; sign in again with 'scriberr login'.")
        }
    }

    /// The server and key to use: what was typed, then the environment, then what was kept. A kept key goes to its own server only.
    static func current(
        server typed: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Login {
        let kept = try Self.kept()
        let given = (typed ?? environment["SCRIBERR_SERVER"]).flatMap { $0.isEmpty ? nil : Self.tidy($0) }
        guard let server = given ?? kept?.server else {
            throw ScriberrError(
                .unauthorized,
                "No server is known. Sign in with 'scriberr login --server http://localhost:8080', or set SCRIBERR_SERVER."
            )
        }
        var login = kept?.server == server ? kept ?? Login(server: server) : Login(server: server)
        if let key = environment["SCRIBERR_API_KEY"], !key.isEmpty { login.key = key }
        guard login.key != nil else {
            throw ScriberrError(
                .unauthorized,
                "You are not signed in to \(server). Use 'scriberr login', or set SCRIBERR_API_KEY."
            )
        }
        return login
    }

    /// Keeps the login, readable by its user only.
    func keep() throws {
        let path = Self.path()
        let folder = (path as NSString).deletingLastPathComponent
        let partial = path + ".new"
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            unlink(partial)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            let data = try encoder.encode(self)
            guard FileManager.default.createFile(atPath: partial, contents: data, attributes: attributes),
                rename(partial, path) == 0
            else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            throw ScriberrError(.storageFailed, "\(path) cannot be written.", detail: "\(error)")
        }
    }

    /// Forgets the login. False when there was none.
    static func forget() -> Bool { unlink(path()) == 0 }

    /// `localhost:8080` is short for `http://localhost:8080`.
    static func tidy(_ text: String) -> String {
        var text = text.contains("://") ? text : "http://" + text
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
