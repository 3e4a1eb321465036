import Dispatch
import Glibc
import ScriberrCore
import Synchronization

/// Writes the bytes of a blob to its file and hashes them, side by side, while more of them come.
///
/// Bytes are gathered on a few trays that are used over and over. They are hashed in order, and written by several threads, each tray
/// to its own place, so that neither waits for the other; and what goes through the system's cache is brought to the disk meanwhile,
/// so that little is left to wait for at the end.
final class BlobPress: Sendable {
    private struct State {
        var filling: Tray?
        var free: [Tray] = []
        var trays = 0
        var waiter: CheckedContinuation<Tray, any Error>?
        var failure: (any Error)?
        var isAbandoned = false
        /// Bytes of trays that are on their way or done.
        var submittedBytes: Int64 = 0
        var submittedTrays = 0
        /// Bytes written since the disk was last asked to take them.
        var unflushedBytes = 0
        var isFlushing = false
    }

    private let file: OpenFile
    private let state = Mutex(State())
    private let digest = Digest()
    private let hashing = DispatchQueue(label: "scriberr.blob.hash")
    /// Several, so that the disk always has a next piece.
    private let writing = (0..<3).map { _ in DispatchQueue(label: "scriberr.blob.write") }
    private let flushing = DispatchQueue(label: "scriberr.blob.flush")
    private static let traysMax = 12
    private static let flushBytes = 16 << 20
    /// What is longer goes past the system's cache from here on: copying it there and writing it back from there takes as long as
    /// hashing it, and it would push out what others read.
    private let cachedBytesMax: Int64
    /// The file for writes past the cache, where there are such.
    private let filePastCache: OpenFile?
    private let put: @Sendable (OpenFile, UnsafeRawBufferPointer, Int64) throws -> Void
    private let flush: @Sendable (OpenFile) throws -> Void

    /// Fills `file`. `put` writes a tray to its place through the system's cache, `flush` has the disk take what was written.
    init(
        _ file: OpenFile,
        cachedBytesMax: Int64 = 16 << 20,
        put: @escaping @Sendable (OpenFile, UnsafeRawBufferPointer, Int64) throws -> Void = { try $0.write($1, at: $2) },
        flush: @escaping @Sendable (OpenFile) throws -> Void = { try $0.syncBytes() }
    ) {
        (self.file, self.cachedBytesMax, self.put, self.flush) = (file, cachedBytesMax, put, flush)
        filePastCache = file.pastCache()
    }

    /// Takes bytes, and returns when there is room for more. Throws what went wrong with earlier ones. Calls come one after the
    /// other.
    func take(_ bytes: some Collection<UInt8> & Sendable) async throws {
        var taken = 0
        let count = bytes.count
        while taken < count {
            let tray = try await trayToFill()
            taken += tray.fill(bytes, from: taken)
            if tray.isFull { submit() }
        }
    }

    /// Returns when all bytes are in the file. Throws what went wrong with any of them.
    func settle() async throws {
        submit()
        for queue in writing { await on(queue) {} }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// The hash of all bytes (``ContentHash``), once they are in the file. Throws what went wrong with any of them.
    func end() async throws -> String {
        try await settle()
        // While others look into the file.
        flushSoon(ifAtLeast: 1 << 20)
        return await on(hashing) { [digest] in digest.hash.text }
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
        return Tray(isOneOfMany: state.trays > 1)
    }

    /// Sends the tray that is being filled on its way.
    private func submit() {
        let next = state.withLock { state -> (tray: Tray, offset: Int64, queue: DispatchQueue)? in
            guard let tray = state.filling else { return nil }
            defer {
                state.filling = nil
                state.submittedBytes += Int64(tray.bytes.count)
                state.submittedTrays += 1
            }
            tray.works = 2
            return (tray, state.submittedBytes, writing[state.submittedTrays % writing.count])
        }
        guard let (tray, offset, queue) = next else { return }
        hashing.async { [self] in
            if !isOver { digest.hash.update(tray.bytes) }
            giveBack(tray)
        }
        queue.async { [self] in
            if !isOver { write(tray.bytes, at: offset) }
            giveBack(tray)
        }
    }

    private var isOver: Bool { state.withLock { $0.isAbandoned || $0.failure != nil } }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        if writesPastCache(bytes, at: offset) { return }
        do {
            try put(file, bytes, offset)
            state.withLock { $0.unflushedBytes += bytes.count }
            flushSoon(ifAtLeast: Self.flushBytes)
        } catch {
            state.withLock { if $0.failure == nil { $0.failure = error } }
        }
    }

    /// Whether it was done. What cannot be done so, and what fails, is done or fails again in the usual way.
    private func writesPastCache(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        guard let filePastCache, offset >= cachedBytesMax, offset % 4_096 == 0, bytes.count % 4_096 == 0 else { return false }
        do {
            try filePastCache.write(bytes, at: offset)
            return true
        } catch {
            return false
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
    let hash = ContentHash()
}

/// Room for bytes that go on their way together.
private final class Tray: @unchecked Sendable {
    // Filled by the one task that writes; then read by both works; and only cleared, under the lock, when both are done.
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 2 << 20)
    private var count = 0
    /// How many works are still to be done with it.
    var works = 0

    init(isOneOfMany: Bool) {
        // One page of the system, where it has such large ones: less to look up for each write. What is short shall not take as much.
        if isOneOfMany { madvise(room.baseAddress, room.count, MADV_HUGEPAGE) }
    }

    deinit { room.deallocate() }

    var isFull: Bool { count == room.count }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

    func clear() { count = 0 }

    /// Takes as many bytes behind the first `start` as there is room for, and says how many.
    func fill(_ bytes: some Collection<UInt8>, from start: Int) -> Int {
        let free = UnsafeMutableRawBufferPointer(rebasing: room[count...])
        let length = min(bytes.count - start, free.count)
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { source in
            free.copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: source[start..<(start + length)])))
        }
        if isCopied == nil { free.copyBytes(from: bytes.dropFirst(start).prefix(length)) }
        count += length
        return length
    }
}
