import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// What a server needs to be told to use the bucket.
enum BucketServer {
    private struct Facts: Decodable {
        let endpoint: String
        let bucket: String
        let access_key: String
        let secret_key: String
    }

    /// The settings of a server, with a folder of the bucket that this process has for itself; nil without a bucket.
    static let environment: [String: String]? = facts.map { facts in
        [
            "STORAGE_URL": "s3://\(facts.bucket)/e2e_\(UInt32.random(in: 0...UInt32.max))",
            "AWS_ENDPOINT_URL": facts.endpoint, "AWS_ACCESS_KEY_ID": facts.access_key,
            "AWS_SECRET_ACCESS_KEY": facts.secret_key,
        ]
    }

    /// Has the server do `fault` to the requests that follow; `tools/s3-server` tells what it can do.
    static func order(_ fault: [String: any Sendable]) async throws {
        guard let facts else { return }
        var request = HTTPClientRequest(url: facts.endpoint + "/_faults")
        request.method = .POST
        request.body = .bytes(try JSONSerialization.data(withJSONObject: fault))
        _ = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
    }

    /// Forgets what was ordered and not used.
    static func forgetFaults() async throws {
        guard let facts else { return }
        var request = HTTPClientRequest(url: facts.endpoint + "/_faults")
        request.method = .DELETE
        _ = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
    }

    private static let facts: Facts? = {
        guard let text = ProcessInfo.processInfo.environment["SCRIBERR_TEST_S3"],
            // A text that is none counts as no server; the suite then says that it did not run.
            let facts = try? JSONDecoder().decode(Facts.self, from: Data(text.utf8))
        else { return nil }
        return facts
    }()
}
