import Dispatch
import Glibc
import ScriberrCore

/// Finds the addresses of a host.
package protocol HostResolver: Sendable {
    /// At least one address. Throws `DOWNLOAD_FAILED` when the name is not known.
    func addresses(of host: String) async throws -> [InternetAddress]
}

/// The machine's own resolver.
package struct SystemResolver: HostResolver {
    // Looking a name up blocks its thread for as long as the network likes.
    private static let queue = DispatchQueue(label: "scriberr.resolver", attributes: .concurrent)

    package init() {}

    package func addresses(of host: String) async throws -> [InternetAddress] {
        let found = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: Self.lookUp(host)) }
        }
        guard !found.isEmpty else { throw ScriberrError(.downloadFailed, "The host of the address is not known.") }
        return found
    }

    private static func lookUp(_ host: String) -> [InternetAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first) { $0.pointee.ai_next }.compactMap { address(in: $0.pointee) }
    }

    private static func address(in entry: addrinfo) -> InternetAddress? {
        guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET:
            let four = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return InternetAddress(bytes: withUnsafeBytes(of: four) { Array($0) })
        case AF_INET6:
            let six = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return InternetAddress(bytes: withUnsafeBytes(of: six) { Array($0) })
        default: return nil
        }
    }
}
