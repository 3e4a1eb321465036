import Foundation
import ScriberrCore

/// A web address that somebody else chose, taken apart and put together again so that every reader means the same by it.
package struct OutboundAddress: Hashable, Sendable {
    /// The address as it is asked for.
    package let url: String
    /// In lower case, without brackets: a name, or an address.
    package let host: String
    private static let bytesMax = 8_192

    /// Throws `VALIDATION_ERROR` at `field` unless it is `http` or `https` with a host, no user and no oddities.
    package init(_ text: String, field: String = "url") throws {
        func wrong(_ message: String) -> ScriberrError { ScriberrError(.validation, message, field: field) }
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count <= Self.bytesMax, var parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https"
        else { throw wrong("\(field) is an address that starts with http:// or https://.") }
        guard parts.user == nil, parts.password == nil else { throw wrong("\(field) holds no user name or password.") }
        var host = (parts.percentEncodedHost ?? "").lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        // A root dot names the same host, but not for whoever compares names.
        if host.hasSuffix(".") { host = String(host.dropLast()) }
        let isName = host.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46 || byte == 95
        }
        guard !host.isEmpty, host.utf8.count <= 253, isName || InternetAddress(host) != nil else {
            throw wrong("\(field) names a host in plain letters, digits, dots and hyphens (a foreign one as xn--…).")
        }
        if let port = parts.port, !(1...65_535).contains(port) { throw wrong("\(field) names a port from 1 to 65535.") }
        parts.scheme = scheme
        parts.percentEncodedHost = host.contains(":") ? "[\(host)]" : host
        parts.fragment = nil
        if parts.percentEncodedPath.isEmpty { parts.percentEncodedPath = "/" }
        guard let url = parts.string, URL(string: url)?.host != nil else { throw wrong("\(field) is not a web address.") }
        self.url = url
        self.host = host
    }

    /// Where a `Location` of an answer from here leads. Throws `DOWNLOAD_FAILED`.
    func redirect(to location: String) throws -> OutboundAddress {
        guard let base = URL(string: url), let target = URL(string: location, relativeTo: base),
            let address = try? OutboundAddress(target.absoluteString)
        else { throw ScriberrError(.downloadFailed, "The address redirects to something that is no web address.") }
        return address
    }
}

/// Which hosts may be spoken to on somebody's behalf, and at which of their addresses.
///
/// The address that was checked is the one that is connected to, so a name that changes its mind in between (DNS rebinding)
/// gains nothing.
package struct OutboundPolicy: Sendable {
    /// Whether this machine and the private networks around it may be reached.
    package var allowsPrivateAddresses: Bool
    private let resolver: any HostResolver

    package init(allowsPrivateAddresses: Bool = false, resolver: any HostResolver = SystemResolver()) {
        self.allowsPrivateAddresses = allowsPrivateAddresses
        self.resolver = resolver
    }

    /// The address to connect to. Throws `FORBIDDEN` when the host has an address that must not be reached, and
    /// `DOWNLOAD_FAILED` when it is not known.
    package func pinned(_ address: OutboundAddress) async throws -> InternetAddress {
        // Texts such as `127.1` or `0x7f000001` are no addresses to us but are to the resolver, so it has the last word.
        let found: [InternetAddress]
        if let literal = InternetAddress(address.host) {
            found = [literal]
        } else {
            found = try await resolver.addresses(of: address.host)
        }
        guard let first = found.first else { throw ScriberrError(.downloadFailed, "The host of the address is not known.") }
        // One address of several in a private network is the sign of a trap, whichever would be taken.
        guard allowsPrivateAddresses || found.allSatisfy(\.isPublic) else {
            throw ScriberrError(
                .forbidden,
                "The address leads to this machine or a private network, which this server does not reach for you."
            )
        }
        return found.first { $0.bytes.count == 4 } ?? first
    }
}
