import NIOCore
import NIOHTTP1
import ScriberrCore

/// Refuses requests whose head is in order for the decoder and not for HTTP: without its one host (RFC 9112 section 3.2), or with
/// a body that is packed for the way, whose packed bytes the decoder would hand over (section 6.1).
///
/// Clients of HTTP/1.0 know neither chunks nor `100 Continue`: they get one answer, which ends with the connection (RFC 9112 sections
/// 6.1 and 9.3, RFC 9110 section 10.1.1).
final class HeadCheck: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var hasRefused = false
    /// Whether the client speaks HTTP/1.0. Its first request is its last here.
    private var isOld = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasRefused { return }
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        if let refusal = Self.refusal(of: head) {
            hasRefused = true
            return context.fireErrorCaught(refusal)
        }
        guard head.version == .http1_0 else { return context.fireChannelRead(data) }
        isOld = true
        head.headers.remove(name: "expect")
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOld, case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        head.version = .http1_0
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private static func refusal(of head: HTTPRequestHead) -> ScriberrError? {
        var hosts = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.lowercased() == "host":
                hosts += 1
                guard value.utf8.allSatisfy(isOfHost) else { return badHost }
            case 17 where name.lowercased() == "transfer-encoding":
                guard value.lowercased() == "chunked" else {
                    return ScriberrError(.notImplemented, "The request's transfer coding is not known here.", detail: value)
                }
            default: break
            }
        }
        guard hosts == 1 || hosts == 0 && head.version == .http1_0 else { return badHost }
        return nil
    }

    private static var badHost: ScriberrError {
        ScriberrError(.invalidRequest, "The request must name one host, in one Host header.")
    }

    /// Bytes of a host and its port (RFC 3986 section 3.2).
    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
        }
    }
}
