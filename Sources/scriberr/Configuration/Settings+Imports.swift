import Foundation
import ScriberrCore
import ScriberrMedia
import ScriberrServices

extension Settings {
    /// Recordings fetched from addresses.
    struct Imports: Sendable {
        var timeout: Duration
        /// Imports that run at once.
        var workers: Int
        /// The program for sites; nil to look for it.
        var siteProgram: String?
        /// Hosts beside YouTube's whose pages go to that program.
        var siteHosts: Set<String>
    }
}

extension Settings.Imports {
    init(from reader: inout SettingsReader) {
        timeout = reader.duration("IMPORT_TIMEOUT", default: .seconds(2 * 3_600))
        workers = reader.integer("IMPORT_WORKERS", default: 2, in: 1...64)
        siteProgram = reader.path("YT_DLP_PATH", PlaceCheck.programOrNothing)
        siteHosts = reader.parsed("IMPORT_SITES", default: [], wants: "host names such as vimeo.com,player.vimeo.com") { text in
            let hosts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            let areHosts = hosts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isHostByte) }
            return areHosts ? Set(hosts) : nil
        }
    }
}

extension UInt8 {
    fileprivate var isHostByte: Bool {
        (97...122).contains(self) || (48...57).contains(self) || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
    }
}

extension ImportPolicy {
    /// What the environment says about imports.
    init(_ settings: Settings) {
        let imports = settings.imports
        let program = YtDlp.locate(
            path: imports.siteProgram,
            searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            limitBytes: settings.uploadLimitBytes
        )
        self.init(
            network: settings.outbound,
            sites: program.map(SiteProgram.init),
            siteHosts: ImportPolicy.youTube.union(imports.siteHosts),
            timeout: imports.timeout,
            workers: imports.workers
        )
    }
}
