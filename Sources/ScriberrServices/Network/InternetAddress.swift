import Glibc

/// An IP address, version 4 or 6.
package struct InternetAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    package let bytes: [UInt8]

    /// Reads the usual text form; nil for anything else, names and zones (`fe80::1%eth0`) included.
    package init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: six) { Array($0) }
    }

    /// An address that the resolver found.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether it is one of the Internet at large: not this machine, a private network, a neighbour on the link, a group, the
    /// place where clouds hand out credentials, or an address that leads to one of these by another name.
    package var isPublic: Bool {
        guard bytes.count == 16 else { return !Self.isIn(Self.closedFour, bytes) }
        if let inner = embeddedFour { return !Self.isIn(Self.closedFour, inner) }
        // Only 2000::/3 is given out at all.
        return bytes[0] & 0xE0 == 0x20 && !Self.isIn(Self.closedSix, bytes)
    }

    /// The version 4 address as which a socket for both versions shows a mapped one (`::ffff:0:0/96`); any other as it is.
    package var unmapped: InternetAddress { isMapped ? InternetAddress(bytes: Array(bytes[12...])) ?? self : self }

    private var isMapped: Bool {
        bytes.count == 16 && bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    }

    /// The version 4 address that is meant by a mapped (`::ffff:0:0/96`) or translated (`64:ff9b::/96`) one.
    private var embeddedFour: [UInt8]? {
        let isTranslated = bytes.starts(with: [0, 0x64, 0xFF, 0x9B]) && bytes[4..<12].allSatisfy { $0 == 0 }
        return isMapped || isTranslated ? Array(bytes[12...]) : nil
    }

    private struct Block {
        var start: [UInt8]
        var bits: Int
    }

    private static func isIn(_ blocks: [Block], _ bytes: [UInt8]) -> Bool {
        blocks.contains { block in
            (0..<block.bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> (bit % 8)
                let wanted = bit / 8 < block.start.count ? block.start[bit / 8] : 0
                return bytes[bit / 8] & mask == wanted & mask
            }
        }
    }

    /// IANA's special-purpose registry, and the address of Azure's own services.
    private static let closedFour: [Block] = [
        Block(start: [0], bits: 8), Block(start: [10], bits: 8), Block(start: [100, 64], bits: 10), Block(start: [127], bits: 8),
        Block(start: [168, 63, 129, 16], bits: 32), Block(start: [169, 254], bits: 16), Block(start: [172, 16], bits: 12),
        Block(start: [192, 0, 0], bits: 24), Block(start: [192, 0, 2], bits: 24), Block(start: [192, 88, 99], bits: 24),
        Block(start: [192, 168], bits: 16), Block(start: [198, 18], bits: 15), Block(start: [198, 51, 100], bits: 24),
        Block(start: [203, 0, 113], bits: 24), Block(start: [224], bits: 4), Block(start: [240], bits: 4),
    ]

    /// Protocol assignments (Teredo among them), documentation, 6to4.
    private static let closedSix: [Block] = [
        Block(start: [0x20, 0x01, 0x00], bits: 23), Block(start: [0x20, 0x01, 0x0D, 0xB8], bits: 32),
        Block(start: [0x20, 0x02], bits: 16), Block(start: [0x3F, 0xFF, 0x00], bits: 20),
    ]
}
