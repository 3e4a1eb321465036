import Foundation
import ScriberrEngines

extension Settings.Engine {
    /// Folders that are only read, separated by colons.
    static func modelFolders(from reader: inout SettingsReader) -> [String] {
        let folders = reader.string("SPEECH_ENGINE_MODELS_DIR", default: "").split(separator: ":").map(String.init)
        for folder in folders where !isFolder(folder) {
            reader.reject("SPEECH_ENGINE_MODELS_DIR", got: folder, wants: "folders that exist, separated by colons")
        }
        return folders
    }

    /// Remote engines: `SPEECH_REMOTE_URL`, `_KEY`, `_MODELS` and `_TIMEOUT` for one, which is called `remote`. With
    /// `SPEECH_REMOTES=lab,cloud` there are several, each with `SPEECH_REMOTE_LAB_URL` and so on.
    static func remotes(from reader: inout SettingsReader) -> [RemoteSettings] {
        guard let names = reader.value("SPEECH_REMOTES") else {
            return remote("remote", prefix: "SPEECH_REMOTE", isRequired: false, from: &reader).map { [$0] } ?? []
        }
        let ids = names.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard ids.allSatisfy(isName), Set(ids).count == ids.count, !ids.contains(LocalProvider.providerID) else {
            let wants = "different names of a-z and 0-9, separated by commas; not local"
            reader.reject("SPEECH_REMOTES", got: names, wants: wants)
            return []
        }
        return ids.compactMap { remote($0, prefix: "SPEECH_REMOTE_\($0.uppercased())", isRequired: true, from: &reader) }
    }

    private static func remote(
        _ id: String,
        prefix: String,
        isRequired: Bool,
        from reader: inout SettingsReader
    ) -> RemoteSettings? {
        let address = reader.value("\(prefix)_URL")
        let key = reader.value("\(prefix)_KEY")
        let models = reader.string("\(prefix)_MODELS", default: "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let timeout = reader.duration("\(prefix)_TIMEOUT", default: .seconds(1_800))
        guard isRequired || address != nil || key != nil || !models.isEmpty else { return nil }
        let base = (address ?? "").trimmingCharacters(in: .whitespaces)
        guard isPlainAddress(base) else {
            let wants = "an http:// or https:// address without user, password, query or fragment, such as https://host/v1"
            reader.reject("\(prefix)_URL", got: base, wants: wants)
            return nil
        }
        guard !models.isEmpty, models.allSatisfy({ $0.utf8.count <= 100 }) else {
            reader.reject("\(prefix)_MODELS", got: "", wants: "the names of the server's models, separated by commas")
            return nil
        }
        return RemoteSettings(id: id, baseURL: base, apiKey: key, models: models, timeout: timeout)
    }

    /// Credentials belong into the key, which is never shown; an address may be.
    private static func isPlainAddress(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host else { return false }
        return ["http", "https"].contains(scheme.lowercased()) && !host.isEmpty && parts.user == nil && parts.password == nil
            && parts.query == nil && parts.fragment == nil
    }

    private static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: false
                }
            }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
