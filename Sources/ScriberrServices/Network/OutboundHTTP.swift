package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ScriberrCore

/// Speaks to hosts that somebody else named, within an ``OutboundPolicy``: every address, also that of a redirect, is checked
/// first and then connected to as it was checked.
package struct OutboundHTTP: Sendable {
    private let policy: OutboundPolicy
    private let connectTimeout: Duration
    private let silenceTimeout: Duration

    /// `silenceTimeout` is the longest pause in an answer.
    package init(policy: OutboundPolicy, connectTimeout: Duration = .seconds(10), silenceTimeout: Duration = .seconds(30)) {
        self.policy = policy
        self.connectTimeout = connectTimeout
        self.silenceTimeout = silenceTimeout
    }

    /// Sends a request to `address` and hands the answer's head and body to `read`; the connection ends with it.
    ///
    /// `prepare` completes the request: method, headers, body. Up to `redirects` redirects are followed, each as a request of
    /// its own that `prepare` completes again; credentials belong to requests that follow none. Throws what `read` throws,
    /// `FORBIDDEN` for an address that must not be reached, `DOWNLOAD_FAILED` for all that goes wrong on the way, and
    /// `CancellationError`.
    package func send<Value: Sendable>(
        to address: OutboundAddress,
        redirects: Int = 0,
        timeout: Duration,
        prepare: @Sendable (inout HTTPClientRequest) -> Void = { _ in },
        read: @Sendable (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        var address = address
        let deadline = ContinuousClock.now + timeout
        for _ in 0...max(0, redirects) {
            let left = deadline - .now
            guard left > .zero else { throw Self.failed("took too long") }
            let client = try await client(for: address)
            let outcome = await hop(client, address, isLast: redirects == 0, left, prepare, read)
            try? await client.shutdown()
            switch try outcome.get() {
            case .read(let value): return value
            case .moved(let location): address = try address.redirect(to: location)
            }
        }
        throw Self.failed("redirects too often")
    }

    private enum Hop<Value: Sendable>: Sendable {
        case read(Value)
        case moved(String)
    }

    /// A client that knows one host, at the address that was checked.
    private func client(for address: OutboundAddress) async throws -> HTTPClient {
        let pinned = try await policy.pinned(address)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.dnsOverride = [address.host: pinned.description]
        configuration.timeout.connect = .milliseconds(connectTimeout.wholeMilliseconds)
        configuration.timeout.read = .milliseconds(silenceTimeout.wholeMilliseconds)
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    private func hop<Value: Sendable>(
        _ client: HTTPClient,
        _ address: OutboundAddress,
        isLast: Bool,
        _ left: Duration,
        _ prepare: @Sendable (inout HTTPClientRequest) -> Void,
        _ read: @Sendable (HTTPClientResponse) async throws -> Value
    ) async -> Result<Hop<Value>, any Error> {
        do {
            var request = HTTPClientRequest(url: address.url)
            request.headers.add(name: "user-agent", value: "scriberr")
            prepare(&request)
            let response = try await client.execute(request, timeout: .milliseconds(max(1, left.wholeMilliseconds)))
            let moved = [301, 302, 303, 307, 308].contains(response.status.code)
            if !isLast, moved, let location = response.headers.first(name: "location") { return .success(.moved(location)) }
            return .success(.read(try await read(response)))
        } catch let error as ScriberrError {
            return .failure(error)
        } catch {
            if Task.isCancelled { return .failure(CancellationError()) }
            if error as? HTTPClientError == .deadlineExceeded { return .failure(Self.failed("took too long")) }
            return .failure(Self.failed("cannot be reached or broke off", detail: "\(error)"))
        }
    }

    private static func failed(_ what: String, detail: String? = nil) -> ScriberrError {
        ScriberrError(.downloadFailed, "The address \(what).", detail: detail)
    }
}
