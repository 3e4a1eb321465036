import NIOCore
import NIOHTTP1
import ScriberrCore
import ScriberrServices

/// Sends a part of a file: the system takes its own memory of the file (`sendfile`), piece by piece at the reader's speed.
///
/// The pieces pass by the HTTP encoder, so this is for bodies whose length was announced. A piece that is not in memory is
/// fetched on a thread that may wait for a disk; the event loop never does.
final class FileSending: @unchecked Sendable {
    // Everything but `init` runs on the channel's event loop.
    private let file: LocalAudio
    private let handle: NIOFileHandle
    private let context: ChannelHandlerContext
    private let deadline: WriteDeadline?
    private let done: EventLoopPromise<Void>
    private var rest: Range<Int64>
    private static let pieceBytes: Int64 = 512 << 10

    private init(
        _ file: LocalAudio,
        _ handle: NIOFileHandle,
        _ range: Range<Int64>,
        _ context: ChannelHandlerContext,
        _ deadline: WriteDeadline?,
        _ done: EventLoopPromise<Void>
    ) {
        (self.file, self.handle, self.context, self.deadline, self.done) = (file, handle, context, deadline, done)
        rest = range
    }

    /// Returns once all of `range` was taken. Throws when the connection is gone, and `MEDIA_MISSING` when there are fewer bytes.
    static func send(_ range: Range<Int64>, of file: LocalAudio, over channel: any Channel) async throws {
        // Owned by this call alone, and closed when nothing of it is on its way any more.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: try file.descriptor())
        defer { try? handle.close() }
        let done = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute {
            do {
                let context = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                let deadline = try? channel.pipeline.syncOperations.handler(type: WriteDeadline.self)
                FileSending(file, handle, range, context, deadline, done).next()
            } catch {
                done.fail(error)
            }
        }
        try await withTaskCancellationHandler {
            try await done.futureResult.get()
        } onCancel: {
            // The answer stays incomplete, so the connection is of no more use; closing it ends the piece under way.
            channel.close(promise: nil)
        }
    }

    private func next() {
        guard !rest.isEmpty else { return done.succeed() }
        let piece = rest.lowerBound..<min(rest.upperBound, rest.lowerBound + Self.pieceBytes)
        if file.isAtHand(piece) { return send(piece) }
        done.futureResult.eventLoop.makeFutureWithTask { [file] in try await file.load(piece) }.whenComplete { result in
            switch result {
            case .success: self.send(piece)
            case .failure(let error): self.done.fail(error)
            }
        }
    }

    private func send(_ piece: Range<Int64>) {
        let region = FileRegion(fileHandle: handle, readerIndex: Int(piece.lowerBound), endIndex: Int(piece.upperBound))
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.whenComplete { result in
            self.deadline?.end()
            switch result {
            case .success:
                self.rest = piece.upperBound..<self.rest.upperBound
                self.next()
            case .failure(let error): self.done.fail(error)
            }
        }
        let write = { self.context.writeAndFlush(NIOAny(IOData.fileRegion(region)), promise: taken) }
        if let deadline { deadline.watch(write) } else { write() }
    }
}
