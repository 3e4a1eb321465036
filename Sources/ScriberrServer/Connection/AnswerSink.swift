import Hummingbird
import NIOCore
import ScriberrServices

/// Where a streamed answer goes. Several tasks may write; each call's bytes stay together.
struct AnswerSink: @unchecked Sendable {
    // Hummingbird's writer is a Sendable struct over NIOAsyncChannelOutboundWriter, which takes writes from any task; only its
    // type is hidden behind `some ResponseBodyWriter`.
    private let writer: any ResponseBodyWriter
    private let channel: any Channel

    init(_ writer: any ResponseBodyWriter, _ channel: any Channel) {
        self.writer = writer
        self.channel = channel
    }

    /// Writes bytes and returns once there is room for more. Throws when the connection is gone.
    func write(_ bytes: some Collection<UInt8>) async throws {
        var writer = writer
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Sends a part of a file, without its bytes passing through this process, and returns once all of it was taken. For answers
    /// whose length was announced. Throws when the connection is gone, and `MEDIA_MISSING`.
    func write(_ file: LocalAudio, _ range: Range<Int64>) async throws {
        // What was written before is on its way through the event loop, and this goes behind it.
        try await FileSending.send(range, of: file, over: channel)
    }

    /// Writes what `audience` hears, on the connection's own event loop, for as long as the reader keeps up and this task is not
    /// canceled. Answers the place that the reader has reached.
    func follow(_ audience: Audience, _ request: FeedRequest, after place: Int64) async -> Int64 {
        await audience.follow(request, after: place, over: channel)
    }
}
