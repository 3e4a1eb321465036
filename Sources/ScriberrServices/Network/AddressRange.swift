/// The addresses that begin with the same bits, such as `10.0.0.0/8`, or one address.
package struct AddressRange: Hashable, Sendable {
    private let start: [UInt8]
    private let bits: Int

    /// Reads an address with or without a length in bits behind a slash. Nil for anything else, also for a range of all addresses.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = InternetAddress(String(parts[0])) else { return nil }
        let all = address.bytes.count * 8
        guard parts.count == 2 else {
            (start, bits) = (address.unmapped.bytes, address.unmapped.bytes.count * 8)
            return
        }
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let bits = Int(parts[1]), (1...all).contains(bits),
            address == address.unmapped
        else { return nil }
        (start, self.bits) = (address.bytes, bits)
    }

    /// A mapped address is the version 4 address that it stands for.
    package func contains(_ address: InternetAddress) -> Bool {
        let bytes = address.unmapped.bytes
        return bytes.count == start.count
            && (0..<bits).allSatisfy { bit in (bytes[bit / 8] ^ start[bit / 8]) & (UInt8(0x80) >> (bit % 8)) == 0 }
    }
}
