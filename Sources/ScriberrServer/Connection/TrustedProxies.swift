package import HTTPTypes
import ScriberrServices

/// The proxies that are believed when they say for whom a request is made: by default none, because anybody can say that.
package struct TrustedProxies: Hashable, Sendable {
    private let ranges: [AddressRange]

    /// Nobody is believed.
    package init() { ranges = [] }

    /// Reads addresses and ranges, separated by commas; nil when one of them is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        ranges = parts.compactMap { AddressRange($0) }
        guard ranges.count == parts.count else { return nil }
    }

    /// The address of the client of a request that came from `peer`: the last one in `X-Forwarded-For` or `Forwarded` that is no proxy of
    /// ours. Whatever is left of it may be made up.
    package func client(of peer: String, _ headers: HTTPFields) -> String {
        guard !ranges.isEmpty, let proxy = InternetAddress(peer)?.unmapped, trusts(proxy) else { return peer }
        let chains = [
            headers[values: .forwardedFor].flatMap(ForwardedHops.listed),
            headers[values: .forwarded].flatMap(ForwardedHops.described),
        ]
        let clients = Set(chains.filter { !$0.isEmpty }.map { client($0, behind: proxy) })
        // A proxy writes one of the two headers and may hand on the other as the client made it up. Which one is not known here.
        return (clients.count == 1 ? clients.first ?? proxy : proxy).description
    }

    private func client(_ hops: [InternetAddress?], behind proxy: InternetAddress) -> InternetAddress {
        var client = proxy
        for hop in hops.reversed() {
            guard trusts(client), let hop else { break }
            client = hop
        }
        return client
    }

    private func trusts(_ address: InternetAddress) -> Bool { ranges.contains { $0.contains(address) } }
}

/// The hops that header fields name, nearest to us last; nil for one that names no address.
enum ForwardedHops {
    /// Of a value of `X-Forwarded-For`.
    static func listed(_ value: String) -> [InternetAddress?] {
        value.split(separator: ",", omittingEmptySubsequences: false).map { address($0.trimmingBlanks()) }
    }

    /// Of a value of `Forwarded` (RFC 7239, section 4): `for=192.0.2.1;proto=https, for="[2001:db8::1]:443"`.
    static func described(_ value: String) -> [InternetAddress?] {
        // An open quote swallows what stands behind it.
        guard let elements = split(value[...], at: ",") else { return [nil] }
        return elements.map { element in
            let pairs = (split(element, at: ";") ?? []).map { $0.split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks() } }
            let pair = pairs.first { $0.count == 2 && $0[0].lowercased() == "for" }
            return pair.flatMap { address(unquoted($0[1])) }
        }
    }

    /// An address with or without a port, one of version 6 in brackets then.
    private static func address(_ text: String) -> InternetAddress? {
        if let address = InternetAddress(text) { return address.unmapped }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let inner = text[text.index(after: text.startIndex)..<end]
            return inner.contains(":") ? InternetAddress(String(inner))?.unmapped : nil
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? InternetAddress(String(parts[0])) : nil
    }

    /// The parts between separators that stand in no quoted string; nil when such a string has no end.
    private static func split(_ text: Substring, at separator: Character) -> [Substring]? {
        var parts: [Substring] = []
        var (start, isQuoted, isEscaped) = (text.startIndex, false, false)
        for place in text.indices {
            let character = text[place]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                parts.append(text[start..<place])
                start = text.index(after: place)
            }
        }
        return isQuoted ? nil : parts + [text[start...]]
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        // No address has anything that needs an escape.
        return String(text.dropFirst().dropLast())
    }
}
