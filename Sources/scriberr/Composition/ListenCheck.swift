import Glibc

/// Tries, before anything else is begun, whether the server will be able to listen where it shall.
///
/// The address is free again afterwards: whoever takes it in between makes the server itself say so.
enum ListenCheck {
    /// What is wrong, naming the variable; nil when the address can be had.
    static func problem(host: String, port: Int) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else { return hostProblem(host) }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return hostProblem(host) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) != 0 else { return nil }
        switch errno {
        case EADDRINUSE: return "PORT: \(port) is taken on \(host); stop the program that listens there, or set another"
        case EACCES: return "PORT: this account may not listen on \(port); set one of 1024 and above"
        default: return hostProblem(host)
        }
    }

    private static func hostProblem(_ host: String) -> String {
        "HOST: got \"\(host.prefix(80))\", wants an address of this machine"
    }
}
