import Glibc

/// A port that nobody gets by chance, so that it is still free when a server that was ended is started again there.
public enum QuietPort {
    /// A free one of 127.0.0.1.
    public static func find() -> Int {
        while true {
            // Below those that the system gives to whoever asks for any.
            let port = Int.random(in: 10_000..<32_000)
            if isFree(port) { return port }
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let attempt = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(attempt) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(attempt, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
