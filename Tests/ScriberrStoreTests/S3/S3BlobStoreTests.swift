import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrCore
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrStore

@Suite(.serialized, .enabled(if: TestBucket.shared != nil, "needs the server that tools/run-tests starts"))
struct S3BlobStoreTests {
    private static let threeParts = patternedBytes(17 << 20)

    private func bucket() throws -> TestBucket { try TestBucket.shared.orThrow() }

    @Test func `a large blob goes up in parts and comes back whole`() async throws {
        try await bucket().withStore { store in
            let receipt = try await store.put("file_1", Self.threeParts)
            #expect(receipt.sizeBytes == 17 << 20)
            #expect(try await store.bytes("file_1", 0..<(17 << 20)) == Self.threeParts)
            #expect(try await store.bytes("file_1", 8_388_600..<8_388_620) == Array(Self.threeParts[8_388_600..<8_388_620]))
        }
    }

    @Test(arguments: ["PUT", "POST", "HEAD", "DELETE"]) func `a busy server is asked again`(_ method: String) async throws {
        let bucket = try bucket()
        let prefix = "busy_\(method)"
        try await bucket.withStore(prefix: prefix) { store in
            try await bucket.order(#"{"status": 503, "count": 3, "only": "^\#(method) /recordings/\#(prefix)"}"#)
            try await store.put("file_1", Self.threeParts)
            #expect(try await store.size(of: "file_1") == 17 << 20)
            try await store.remove("file_1")
            #expect(try await store.size(of: "file_1") == nil)
        }
    }

    @Test func `a server that stays busy is a failure that may pass`() async throws {
        let bucket = try bucket()
        try await bucket.withStore(prefix: "stays") { store in
            try await bucket.order(#"{"status": 503, "count": 5, "only": "^PUT /recordings/stays"}"#)
            let error = await #expect(throws: ScriberrError.self) { try await store.put("file_1", [1]) }
            #expect(error?.code == .storageFailed)
            #expect(error?.disposition == .transient)
            #expect(try await store.put("file_1", [1]).sizeBytes == 1)
        }
    }

    @Test func `a server that stays busy while it is read is a failure that may pass`() async throws {
        let bucket = try bucket()
        try await bucket.withStore(prefix: "busyread") { store in
            try await store.put("file_1", [1, 2, 3])
            try await bucket.order(#"{"status": 503, "count": 5, "only": "^GET /recordings/busyread"}"#)
            let error = await #expect(throws: ScriberrError.self) { _ = try await store.bytes("file_1", 0..<3) }
            #expect(error?.code == .storageFailed && error?.disposition == .transient)
            #expect(try await store.bytes("file_1", 0..<3) == [1, 2, 3])
        }
    }

    @Test func `a local copy is told of while its bytes come, and not when it is there`() async throws {
        try await bucket().withStore(cacheBytesMax: 250_000) { store in
            for number in 1...4 { try await store.put("file_\(number)", patternedBytes(100_000)) }
            let calls = Mutex(0)
            let copy = try await store.localCopy(of: "file_1") { calls.withLock { $0 += 1 } }
            let count = calls.withLock { $0 }
            #expect(count > 0)
            _ = try await store.localCopy(of: "file_1") { calls.withLock { $0 += 1 } }
            #expect(calls.withLock { $0 } == count)
            withExtendedLifetime(copy) {}
        }
    }

    @Test func `a read that is cut goes on where it stopped`() async throws {
        let bucket = try bucket()
        try await bucket.withStore(prefix: "cut") { store in
            try await store.put("file_1", Self.threeParts)
            try await bucket.order(#"{"cut_after": 3000000, "count": 6, "only": "^GET /recordings/cut"}"#)
            #expect(try await store.bytes("file_1", 0..<(17 << 20)) == Self.threeParts)
        }
    }

    @Test func `an upload whose last answer got lost is whole`() async throws {
        let bucket = try bucket()
        try await bucket.withStore(prefix: "lost") { store in
            try await bucket.order(#"{"lose_answer": true, "only": "^POST /recordings/lost.*uploadId="}"#)
            try await store.put("file_1", Self.threeParts)
            #expect(try await store.size(of: "file_1") == 17 << 20)
        }
    }

    @Test func `a slow server costs time only`() async throws {
        let bucket = try bucket()
        try await bucket.withStore(prefix: "slow") { store in
            try await bucket.order(#"{"delay": 0.1, "count": 6, "only": " /recordings/slow"}"#)
            try await store.put("file_1", Self.threeParts)
            #expect(try await store.bytes("file_1", 0..<9) == Array(Self.threeParts[0..<9]))
        }
    }

    @Test func `an aborted upload leaves no parts`() async throws {
        try await bucket().withStore { store in
            let writer = try await store.create("file_1")
            try await writer.write(Self.threeParts[...])
            #expect(try await store.unfinishedUploads().count == 1)
            await writer.abort()
            #expect(try await store.unfinishedUploads().isEmpty)
        }
    }

    @Test func `parts that nobody will finish go after a week, younger ones stay`() async throws {
        // moto gives every upload this beginning, and does not mind signatures of another time, as other servers would.
        let clock = ManualWallClock(at: try Timestamp(rfc3339: "2010-11-12T00:00:00Z").orThrow())
        try await bucket().withStore(clock: clock) { store in
            let writer = try await store.create("file_1")
            try await writer.write(Self.threeParts[...])
            try await store.removeLeftovers()
            #expect(try await store.unfinishedUploads().count == 1)
            clock.advance(by: .seconds(8 * 86_400))
            try await store.removeLeftovers()
            #expect(try await store.unfinishedUploads().isEmpty)
            await writer.abort()
        }
    }

    @Test func `the cache keeps what is held and what was used last`() async throws {
        try await bucket().withStore(cacheBytesMax: 250_000) { store in
            for number in 1...2 { try await store.put("file_\(number)", patternedBytes(100_000)) }
            let held = try await store.localCopy(of: "file_1")
            try await store.put("file_3", patternedBytes(100_000))
            try await store.put("file_4", patternedBytes(100_000))
            let folder = URL(fileURLWithPath: held.path).deletingLastPathComponent().deletingLastPathComponent()
            #expect(try cachedNames(folder) == ["file_1", "file_4"])
            #expect(try Data(contentsOf: URL(fileURLWithPath: held.path)).count == 100_000)
            // What was cleared away is fetched again.
            let again = try await store.localCopy(of: "file_2")
            #expect(try Data(contentsOf: URL(fileURLWithPath: again.path)) == Data(patternedBytes(100_000)))
            withExtendedLifetime(held) {}
        }
    }

    @Test func `a presigned address needs no credentials until it expires`() async throws {
        let clock = ManualWallClock(at: .now)
        try await bucket().withStore(prefix: "presigned", clock: clock) { store in
            try await store.put("file_1", Array("hello".utf8))
            let url = {
                store.downloadURL(of: "file_1", seconds: 600, mimeType: "audio/wav", disposition: #"inline; filename="a ü.wav""#)
            }
            let fresh = try await HTTPClient.shared.execute(HTTPClientRequest(url: url()), timeout: .seconds(300))
            #expect(fresh.status == .ok)
            #expect(fresh.headers.first(name: "content-type") == "audio/wav")
            #expect(String(buffer: try await fresh.body.collect(upTo: 100)) == "hello")
            clock.advance(by: .seconds(-1_200))
            let stale = try await HTTPClient.shared.execute(HTTPClientRequest(url: url()), timeout: .seconds(300))
            #expect(stale.status == .forbidden)
        }
    }

    @Test func `what is wrong with a bucket is told apart`() async throws {
        let bucket = try bucket()
        try await bucket.withStore { #expect(await $0.check() == .ready) }
        try await bucket.withStore(secret: "wrong") { #expect(await $0.check() == .refused) }
        let credentials = S3Credentials(accessKey: bucket.accessKey, secretKey: bucket.secretKey)
        let others: [(String, S3BlobStore.Reachability)] = [
            ("s3://nobody-has-this?endpoint=\(bucket.endpoint)", .noBucket),
            ("s3://recordings?endpoint=http://127.0.0.1:1", .away),
        ]
        for (text, expected) in others {
            try await withTemporaryFolder { folder in
                let store = try S3BlobStore(
                    location: S3Location(text).orThrow(),
                    credentials: credentials,
                    cachePath: folder,
                    cacheBytesMax: 1,
                    limits: .quick
                )
                #expect(await store.check() == expected)
                await store.close()
            }
        }
    }

    private func cachedNames(_ folder: URL) throws -> [String] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let names = paths.compactMap { $0.split(separator: "/").last.map(String.init) }
        return names.filter { $0.hasPrefix("file_") }.sorted()
    }
}
