import NIOCore
import NIOHTTP1

/// Refuses requests whose `Host` is missing, there twice, or none (RFC 9112, 3.2): two programs on the way could read different
/// hosts out of them. Stands where the fields are as they came.
final class HostRule: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasRefused { return }
        if case .head(let head) = unwrapInboundIn(data), !Self.isMet(by: head) {
            hasRefused = true
            context.fireErrorCaught(HostFault())
        } else {
            context.fireChannelRead(data)
        }
    }

    private static func isMet(by head: HTTPRequestHead) -> Bool {
        var found: String?
        for (name, value) in head.headers where name.utf8.count == 4 && name.lowercased() == "host" {
            guard found == nil else { return false }
            found = value
        }
        guard let found else { return (head.version.major, head.version.minor) < (1, 1) }
        return found.utf8.allSatisfy(mayStand)
    }

    /// What addresses, names and ports are made of. An empty host is one too.
    private static func mayStand(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
        }
    }
}

/// A request does not say which host it is for.
struct HostFault: Error {}
