import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrCore
import ScriberrTestSupport

@testable import ScriberrStore

/// The real S3-compatible server that `tools/run-tests` starts, and stores of ours on it.
struct TestBucket: Decodable {
    let endpoint: String
    let bucket: String
    let accessKey: String
    let secretKey: String

    /// nil when the tests run without the server.
    static let shared: TestBucket? = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let text = ProcessInfo.processInfo.environment["SCRIBERR_TEST_S3"] else { return nil }
        // A text that is none counts as no server; the suite then says that it did not run.
        return try? decoder.decode(TestBucket.self, from: Data(text.utf8))
    }()

    /// Runs `body` with a store of its own corner of the bucket.
    func withStore<Value>(
        prefix: String = "t\(UInt64.random(in: 0...UInt64.max))",
        cacheBytesMax: Int64 = 1 << 30,
        clock: any WallClock = SystemWallClock(),
        secret: String? = nil,
        _ body: (S3BlobStore) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            let store = try S3BlobStore(
                location: S3Location("s3://\(bucket)/\(prefix)?endpoint=\(endpoint)").orThrow(),
                credentials: S3Credentials(accessKey: accessKey, secretKey: secret ?? secretKey),
                cachePath: folder,
                cacheBytesMax: cacheBytesMax,
                limits: .quick,
                clock: clock
            )
            do {
                let value = try await body(store)
                await store.close()
                return value
            } catch {
                await store.close()
                throw error
            }
        }
    }

    /// Orders a fault for the next requests that match.
    func order(_ fault: String) async throws {
        var request = HTTPClientRequest(url: endpoint + "/_faults")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: fault))
        _ = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
    }
}

extension S3Limits {
    /// As patient as usual, but in a hurry.
    static var quick: S3Limits {
        var limits = S3Limits()
        limits.pause = .milliseconds(5)
        return limits
    }
}

extension Optional {
    /// The value; a nil here is a mistake of the test.
    func orThrow() throws -> Wrapped {
        guard let self else { throw ScriberrError(.internalError, "The test needs a value here.") }
        return self
    }
}

extension BlobStore {
    /// Stores `bytes` in pieces of half a megabyte.
    @discardableResult
    func put(_ key: String, _ bytes: [UInt8]) async throws -> BlobReceipt {
        let writer = try await create(key)
        var rest = bytes[...]
        do {
            while !rest.isEmpty {
                try await writer.write(rest.prefix(1 << 19))
                rest = rest.dropFirst(1 << 19)
            }
            return try await writer.commit()
        } catch {
            await writer.abort()
            throw error
        }
    }

    func bytes(_ key: String, _ range: Range<Int64>) async throws -> [UInt8] {
        var found: [UInt8] = []
        try await read(key, range: range) { found += $0 }
        return found
    }
}

/// Bytes that differ from place to place.
func patternedBytes(_ count: Int) -> [UInt8] {
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 5)) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes.append(contentsOf: block) }
    return Array(bytes.prefix(count))
}
