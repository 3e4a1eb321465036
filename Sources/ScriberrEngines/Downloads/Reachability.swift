import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ScriberrCore
import Synchronization

/// Whether a download address answers now. Remembers each answer for a while, so that a machine without internet does not wait
/// in every job.
final class Reachability: Sendable {
    private let client: HTTPClient
    private let limits: DownloadLimits
    private let answers = Mutex<[String: (isThere: Bool, until: ContinuousClock.Instant)]>([:])
    /// Addresses at which a download got no answer, and until when that counts.
    private let silent = Mutex<[String: ContinuousClock.Instant]>([:])

    init(client: HTTPClient, limits: DownloadLimits) {
        self.client = client
        self.limits = limits
    }

    func answers(_ url: String) async -> Bool {
        if let known = answers.withLock({ $0[url] }), known.until > .now { return known.isThere }
        let isThere = await ask(url)
        answers.withLock { $0[url] = (isThere, .now + limits.probeHolds) }
        return isThere
    }

    /// Notes how a download from there went.
    func note(_ url: String, hasAnswered: Bool) { silent.withLock { $0[url] = hasAnswered ? nil : .now + limits.silenceHolds } }

    /// Whether a download from there has just met with silence.
    func isSilent(_ url: String) -> Bool { silent.withLock { $0[url].map { $0 > .now } ?? false } }

    private func ask(_ url: String) async -> Bool {
        var request = HTTPClientRequest(url: url)
        request.method = .HEAD
        request.headers.add(name: "user-agent", value: "scriberr")
        // Whatever fails here, the answer is no: the download itself would tell why.
        let response = try? await client.execute(request, timeout: .milliseconds(limits.probe.wholeMilliseconds))
        return response.map { $0.status.code < 400 } ?? false
    }
}
