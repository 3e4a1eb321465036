import Crypto
import Dispatch
import Glibc
import ScriberrCore
import Synchronization

/// Writes the bytes of a blob to its file and hashes them, side by side, while more of them come.
///
/// Bytes are gathered on a few trays that are used over and over. Both works see the trays in order, each on a queue of its own;
/// a third sees to it that the disk is busy from the start and little is left to wait for at the end.
final class BlobPress: Sendable {
    private struct State {
        var filling: Tray?
        var free: [Tray] = []
        var trays = 0
        var waiter: CheckedContinuation<Tray, any Error>?
        var failure: (any Error)?
        var isAbandoned = false
        var writtenBytes = 0
        /// Bytes written since the disk was last asked to take them.
        var unflushedBytes = 0
        var isFlushing = false
    }

    private let file: OpenFile
    private let state = Mutex(State())
    private let digest = Digest()
    private let hashing = DispatchQueue(label: "scriberr.blob.hash")
    private let writing = DispatchQueue(label: "scriberr.blob.write")
    private let flushing = DispatchQueue(label: "scriberr.blob.flush")
    private static let traysMax = 6
    private static let flushBytes = 16 << 20
    /// What is longer goes past the system's cache from here on: copying it there and writing it back from there takes as long as
    /// hashing it, and it would push out what others read.
    private let cachedBytesMax: Int
    private let flush: @Sendable (OpenFile) throws -> Void

    /// Fills `file`. `flush` has the disk take what was written.
    init(
        _ file: OpenFile,
        cachedBytesMax: Int = 64 << 20,
        flush: @escaping @Sendable (OpenFile) throws -> Void = { try $0.syncBytes() }
    ) {
        (self.file, self.cachedBytesMax, self.flush) = (file, cachedBytesMax, flush)
    }

    /// Takes bytes, and returns when there is room for more. Throws what went wrong with earlier ones. Calls come one after the
    /// other.
    func take(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        while !rest.isEmpty {
            let tray = try await trayToFill()
            rest = rest.dropFirst(tray.fill(rest))
            if tray.isFull { submit() }
        }
    }

    /// Returns when all bytes are in the file. Throws what went wrong with any of them.
    func settle() async throws {
        submit()
        await on(writing) {}
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// The SHA-256 of all bytes, once they are in the file. Throws what went wrong with any of them.
    func end() async throws -> SHA256.Digest {
        try await settle()
        let hash = await on(hashing) { [digest] in digest.hash }
        // While others look into the file.
        flushSoon(ifAtLeast: 1 << 20)
        return hash.finalize()
    }

    /// Returns when the disk has all bytes that are in the file. Throws what went wrong with any of them: the system tells each
    /// failure of the disk once, so one that an earlier flush has met counts as well.
    func makeDurable() async throws {
        let outcome = await on(flushing) { [file] in Result { try file.sync() } }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        try outcome.get()
    }

    /// Has the bytes that are still on their way dropped.
    func abandon() { state.withLock { $0.isAbandoned = true } }

    private func trayToFill() async throws -> Tray {
        try await withCheckedThrowingContinuation { continuation in
            let answer: Result<Tray, any Error>? = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                if let tray = state.filling { return .success(tray) }
                guard let tray = state.free.popLast() ?? Self.another(&state) else {
                    precondition(state.waiter == nil, "The bytes of a blob come one after the other.")
                    state.waiter = continuation
                    return nil
                }
                state.filling = tray
                return .success(tray)
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    private static func another(_ state: inout State) -> Tray? {
        guard state.trays < traysMax else { return nil }
        state.trays += 1
        return Tray()
    }

    /// Sends the tray that is being filled on its way.
    private func submit() {
        let tray = state.withLock { state in
            defer { state.filling = nil }
            state.filling?.works = 2
            return state.filling
        }
        guard let tray else { return }
        hashing.async { [self] in
            if !isOver { digest.hash.update(bufferPointer: tray.bytes) }
            giveBack(tray)
        }
        writing.async { [self] in
            if !isOver { write(tray.bytes) }
            giveBack(tray)
        }
    }

    private var isOver: Bool { state.withLock { $0.isAbandoned || $0.failure != nil } }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        do {
            let isCached = state.withLock { $0.writtenBytes } < cachedBytesMax
            if isCached { try file.write(bytes) } else { try file.writePastCache(bytes) }
            state.withLock { state in
                state.writtenBytes += bytes.count
                if isCached { state.unflushedBytes += bytes.count }
            }
            flushSoon(ifAtLeast: Self.flushBytes)
        } catch {
            state.withLock { if $0.failure == nil { $0.failure = error } }
        }
    }

    private func giveBack(_ tray: Tray) {
        let waiter = state.withLock { state -> CheckedContinuation<Tray, any Error>? in
            tray.works -= 1
            guard tray.works == 0 else { return nil }
            tray.clear()
            guard let waiter = state.waiter else {
                state.free.append(tray)
                return nil
            }
            (state.waiter, state.filling) = (nil, tray)
            return waiter
        }
        waiter?.resume(returning: tray)
    }

    /// Has the disk take what was written, unless it is at it.
    private func flushSoon(ifAtLeast bytes: Int) {
        let isDue = state.withLock { state in
            guard state.unflushedBytes >= bytes, !state.isFlushing else { return false }
            (state.unflushedBytes, state.isFlushing) = (0, true)
            return true
        }
        guard isDue else { return }
        flushing.async { [self] in
            let outcome = Result { try flush(file) }
            state.withLock { state in
                state.isFlushing = false
                if case .failure(let error) = outcome, state.failure == nil { state.failure = error }
            }
        }
    }

    private func on<Value: Sendable>(_ queue: DispatchQueue, _ work: @Sendable @escaping () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
    }
}

/// The hash so far.
private final class Digest: @unchecked Sendable {
    // Only used on the queue for hashing, which runs one work at a time.
    var hash = SHA256()
}

/// Room for bytes that go on their way together.
private final class Tray: @unchecked Sendable {
    // Filled by the one task that writes; then read by both works; and only cleared, under the lock, when both are done.
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 4_096)
    private var count = 0
    /// How many works are still to be done with it.
    var works = 0

    deinit { room.deallocate() }

    var isFull: Bool { count == room.count }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

    func clear() { count = 0 }

    /// Takes as many of the first bytes as there is room for, and says how many.
    func fill(_ bytes: ArraySlice<UInt8>) -> Int {
        let length = min(bytes.count, room.count - count)
        let free = UnsafeMutableRawBufferPointer(rebasing: room[count...])
        bytes.withUnsafeBytes { free.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        count += length
        return length
    }
}
