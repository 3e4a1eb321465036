import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrCore

/// How patient a ``S3Client`` is.
package struct S3Limits: Sendable {
    /// How often a request is sent before its failure counts.
    package var triesMax = 5
    /// The wait before the second try; each later one waits twice as long, less a random part.
    package var pause = Duration.milliseconds(200)
    /// How long an answer without a large body may take.
    package var requestTimeout = Duration.seconds(60)
    /// How long nothing may come of a body that is being read.
    package var stallTimeout = Duration.seconds(30)

    /// The usual limits.
    package init() {}
}

/// Sends signed requests to a bucket's server, again when it is busy or away for a moment.
///
/// Every request is safe to repeat: writes replace, and completing an upload twice is told apart by its answer.
final class S3Client: Sendable {
    let location: S3Location
    private let signature: S3Signature
    private let http: HTTPClient
    let limits: S3Limits
    private let clock: any WallClock

    init(location: S3Location, credentials: S3Credentials, limits: S3Limits, clock: any WallClock) {
        self.location = location
        self.limits = limits
        self.clock = clock
        signature = S3Signature(location: location, credentials: credentials)
        var configuration = HTTPClient.Configuration()
        // A redirect would carry a signature that is made for another host.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .nanoseconds(limits.stallTimeout.wholeMicroseconds * 1_000)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    /// A request to the bucket.
    struct Call: Sendable {
        var method: HTTPMethod
        /// nil for the bucket itself.
        var key: String?
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    /// A whole answer.
    struct Answer: Sendable {
        let headers: HTTPHeaders
        let body: String
    }

    /// Sends `call` until it succeeds or has failed for good. Throws ``S3Failure`` for a refusal, ``ScriberrError`` otherwise.
    func send(_ call: Call) async throws -> Answer {
        try await retrying {
            let response = try await self.execute(call, timeout: self.limits.requestTimeout)
            let body = try await self.text(response)
            guard (200...299).contains(response.status.code) else { throw S3Failure(status: response.status.code, body: body) }
            return Answer(headers: response.headers, body: body)
        }
    }

    /// Sends `call` once and hands over the answer's head, its body still to be read. Throws ``S3Failure`` for a refusal.
    func open(_ call: Call) async throws -> HTTPClientResponse {
        let response = try await execute(call, timeout: nil)
        guard (200...299).contains(response.status.code) else {
            throw S3Failure(status: response.status.code, body: try await text(response))
        }
        return response
    }

    /// An address from which anybody can fetch the object until it expires.
    func presignedURL(_ key: String, query: [(name: String, value: String)], seconds: Int) -> String {
        signature.presignedURL(path: location.path(of: key), query: query, seconds: seconds, at: clock.now())
    }

    /// Runs `body` again, after growing waits, while it fails in a way that may pass. Answers or throws what the last try did.
    func retrying<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await body()
            } catch {
                failures += 1
                try await pause(after: error, failures)
            }
        }
    }

    /// Waits before another try, longer with each of `failures` in a row. Throws `error` when another try would be in vain.
    func pause(after error: any Error, _ failures: Int) async throws {
        try Task.checkCancellation()
        guard failures < limits.triesMax, Self.mayPass(error) else { throw Self.public(error) }
        let longest = limits.pause.inSeconds * Double(1 << min(failures - 1, 6))
        try await ContinuousClock().sleep(for: .seconds(Double.random(in: longest / 2...longest)))
    }

    /// Ends every connection.
    func close() async {
        do {
            try await http.shutdown()
        } catch {
            // Closed before; there is nothing left to end.
        }
    }

    private func execute(_ call: Call, timeout: Duration?) async throws -> HTTPClientResponse {
        let path = location.path(of: call.key)
        var subject = S3Signature.Subject(method: call.method.rawValue, path: path, bodyHash: S3Signature.hash(call.body))
        subject.query = call.query
        subject.headers = call.headers
        let query = call.query.isEmpty ? "" : "?" + S3Signature.canonical(call.query)
        var request = HTTPClientRequest(
            url: "\(location.scheme)://\(location.host)\(S3Signature.encoded(path, keeping: "/"))\(query)"
        )
        request.method = call.method
        for header in signature.headers(for: subject, at: clock.now()) {
            request.headers.replaceOrAdd(name: header.name, value: header.value)
        }
        if !call.body.isEmpty || call.method == .PUT || call.method == .POST {
            request.body = .bytes(ByteBuffer(bytes: call.body))
        }
        guard let timeout else { return try await http.execute(request, deadline: .distantFuture) }
        return try await http.execute(request, timeout: .nanoseconds(timeout.wholeMicroseconds * 1_000))
    }

    private func text(_ response: HTTPClientResponse) async throws -> String {
        String(buffer: try await response.body.collect(upTo: 8 << 20))
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let failure as S3Failure: failure.mayPass
        case is CancellationError, is ScriberrError: false
        // Whatever else fails is the connection.
        default: true
        }
    }

    private static func `public`(_ error: any Error) -> any Error {
        switch error {
        case is S3Failure, is ScriberrError, is CancellationError: error
        default: ScriberrError(.storageFailed, "Storage cannot be reached for the moment.", detail: "bucket: \(error)")
        }
    }
}

extension S3Client.Call {
    /// Lets the server refuse a body that was damaged on the way. Every kind of S3 knows this one.
    mutating func addChecksum() {
        headers.append(("content-md5", Data(Insecure.MD5.hash(data: body)).base64EncodedString()))
    }
}
