import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import ScriberrServer

@Suite struct RequestGuardTests {
    /// A client that was told so may go on sending its body and then leave: the decoder calls that an error.
    @Test(arguments: [true, false])
    func `what comes behind the last answer of a connection is no request that is refused`(_ closes: Bool) throws {
        let log = LogRecord()
        let logger = Logger(label: "test") { _ in log.handler() }
        let channel = EmbeddedChannel(handler: RequestGuard(patience: .seconds(3_600), linger: .seconds(3_600), logger: logger))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/api/v1/files")
        try channel.writeInbound(HTTPRequestPart.head(head))
        let answer = HTTPResponse(status: .unauthorized, headerFields: closes ? [.connection: "close"] : [:])
        try channel.writeOutbound(HTTPResponsePart.head(answer))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidEOFState)
        #expect(log.text.contains("api request rejected") == !closes)
        _ = try? channel.finish()
    }
}
