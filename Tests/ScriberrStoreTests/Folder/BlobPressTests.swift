import Dispatch
import Foundation
import Glibc
import ScriberrCore
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrStore

/// Several writes of one blob at once.
@Suite struct BlobPressTests {
    private static let tray = 2 << 20

    private func withFile(_ body: (OpenFile, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/blob"
            try await body(try OpenFile(path: path, flags: O_WRONLY | O_CREAT), path)
        }
    }

    /// Bytes that tell the tray they are of.
    private func bytes(trays: Int) -> [UInt8] {
        (0..<trays).flatMap { [UInt8](repeating: UInt8($0 + 1), count: Self.tray) } + [0xFF]
    }

    @Test func `a write that takes long holds up neither the next ones nor the hash`() async throws {
        try await withFile { file, path in
            let third = DispatchSemaphore(value: 0)
            let order = Mutex<[Int64]>([])
            let press = BlobPress(file, cachedBytesMax: 1 << 30) { file, bytes, offset in
                // The first one ends behind the third one.
                if offset == 0 { third.wait() }
                try file.write(bytes, at: offset)
                order.withLock { $0.append(offset / Int64(Self.tray)) }
                if offset == 2 * Int64(Self.tray) { third.signal() }
            }
            let whole = bytes(trays: 5)
            try await press.take(whole)
            let hash = try await press.end()
            try await press.makeDurable()
            let places = order.withLock { $0 }
            #expect(places.sorted() == [0, 1, 2, 3, 4, 5])
            #expect((places.firstIndex(of: 2) ?? 9) < (places.firstIndex(of: 0) ?? 0))
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == whole)
            let other = BlobPress(try OpenFile(path: path, flags: O_WRONLY), cachedBytesMax: 0)
            try await other.take(whole)
            #expect(try await other.end() == hash)
        }
    }

    @Test func `when one of several writes fails, the blob fails, whatever becomes of the others`() async throws {
        try await withFile { file, _ in
            let failed = DispatchSemaphore(value: 0)
            let press = BlobPress(file, cachedBytesMax: 1 << 30) { file, bytes, offset in
                if offset == Int64(Self.tray) {
                    defer { failed.signal() }
                    errno = ENOSPC
                    throw ScriberrError.file("write")
                }
                // The first one succeeds after the second one has failed.
                if offset == 0 { failed.wait() }
                try file.write(bytes, at: offset)
            }
            let taken = await #expect(throws: ScriberrError.self) {
                while true { try await press.take(bytes(trays: 3)) }
            }
            #expect(taken?.code == .storageFull)
            let end = await #expect(throws: ScriberrError.self) { try await press.end() }
            #expect(end?.code == .storageFull)
            let durable = await #expect(throws: ScriberrError.self) { try await press.makeDurable() }
            #expect(durable?.code == .storageFull)
        }
    }

    @Test func `what is abandoned while writes are under way writes no more than those`() async throws {
        try await withFile { file, _ in
            let (begun, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let offsets = Mutex<Set<Int64>>([])
            let press = BlobPress(file, cachedBytesMax: 1 << 30) { _, _, offset in
                offsets.withLock { _ = $0.insert(offset) }
                begun.signal()
                over.wait()
            }
            try await press.take(bytes(trays: 9))
            await waitFor(begun, times: 3)
            press.abandon()
            for _ in 0..<10 { over.signal() }
            try await press.settle()
            #expect(offsets.withLock { $0 } == [0, Int64(Self.tray), 2 * Int64(Self.tray)])
        }
    }

    private func waitFor(_ semaphore: DispatchSemaphore, times: Int) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                for _ in 0..<times { semaphore.wait() }
                continuation.resume()
            }
        }
    }
}
