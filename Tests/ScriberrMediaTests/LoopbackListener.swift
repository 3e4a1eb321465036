import Glibc

/// A server on this machine that counts who comes and never answers.
final class LoopbackListener {
    let port: UInt16
    private let socket: Int32

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let bound = withGeneric(&address) { bind(socket, $0, length) == 0 && listen(socket, 128) == 0 }
        guard bound, withGeneric(&address, { getsockname(socket, $0, &length) }) == 0 else { throw NoSocket() }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }

    /// How many have come since the last call; the kernel keeps those who connected until they are asked for.
    func visitors() -> Int {
        var count = 0
        while case let visitor = accept(socket, nil, nil), visitor >= 0 {
            close(visitor)
            count += 1
        }
        return count
    }

    /// Comes by once.
    func visit() throws {
        let client = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = loopback(port: port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard withGeneric(&address, { connect(client, $0, length) }) == 0 else { throw NoSocket() }
    }

    struct NoSocket: Error {}
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

private func withGeneric<Value>(
    _ address: inout sockaddr_in,
    _ body: (UnsafeMutablePointer<sockaddr>) -> Value
) -> Value {
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
}
