/// Fetches the recording that a page of a site is about.
package protocol SiteDownloader: Sendable {
    /// Streams the recording into `write` and answers what the site calls it, when it says so. Canceled with its task. Throws
    /// `DOWNLOAD_FAILED` or `SERVICE_UNAVAILABLE` with what to do, and what `write` throws.
    func download(_ url: String, write: @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> String?
}

/// From where recordings may be fetched, and within which bounds.
package struct ImportPolicy: Sendable {
    /// Reaches addresses that users name.
    package var network: OutboundPolicy
    /// Fetches from sites; nil where that program is missing.
    package var sites: (any SiteDownloader)?
    /// Hosts whose pages go to ``sites``.
    package var siteHosts: Set<String>
    /// The longest that one import may take.
    package var timeout: Duration
    /// Imports that run at once.
    package var workers: Int
    /// A server that was silent for so long has lost its imports.
    package var lease: Duration

    package init(
        network: OutboundPolicy = OutboundPolicy(),
        sites: (any SiteDownloader)? = nil,
        siteHosts: Set<String> = ImportPolicy.youTube,
        timeout: Duration = .seconds(2 * 3_600),
        workers: Int = 2,
        lease: Duration = .seconds(60)
    ) {
        self.network = network
        self.sites = sites
        self.siteHosts = siteHosts
        self.timeout = timeout
        self.workers = workers
        self.lease = lease
    }

    /// YouTube's hosts.
    package static let youTube: Set<String> = [
        "youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be", "www.youtu.be",
        "youtube-nocookie.com", "www.youtube-nocookie.com",
    ]
}
