/// A ZIP archive of entries that are not compressed (APPNOTE 6.3), written as it grows: an office document, or a bundle of exports.
///
/// Times are fixed, so that equal content gives equal bytes. Good for archives below 4 GiB and 65,535 entries.
package struct StoredZip: Sendable {
    private var written = 0
    private var directory: [UInt8] = []
    private var entries: UInt16 = 0
    private static let bytesMax = Int(UInt32.max) - 1

    package init() {}

    /// Whether an entry of this length still fits.
    package func hasRoom(for name: String, bytes: Int) -> Bool {
        let open = Self.bytesMax - written - directory.count
        return entries < UInt16.max - 1 && bytes + 2 * name.utf8.count + 256 < open
    }

    /// The bytes that come next in the archive: one entry.
    package mutating func entry(_ name: String, _ data: [UInt8]) -> [UInt8] {
        // Version 2.0, UTF-8 names, stored, 1980-01-01 00:00.
        let common =
            Self.little(UInt16(20)) + Self.little(UInt16(0x0800)) + Self.little(UInt16(0)) + Self.little(UInt16(0))
            + Self.little(UInt16(0x0021)) + Self.little(CRC32.checksum(data)) + Self.little(UInt32(data.count))
            + Self.little(UInt32(data.count)) + Self.little(UInt16(name.utf8.count)) + Self.little(UInt16(0))
        // Comment length, disk, attributes, where the entry is.
        directory += Self.little(UInt32(0x0201_4B50)) + Self.little(UInt16(20)) + common + [UInt8](repeating: 0, count: 10)
        directory += Self.little(UInt32(written)) + Array(name.utf8)
        entries += 1
        let bytes = Self.little(UInt32(0x0403_4B50)) + common + Array(name.utf8) + data
        written += bytes.count
        return bytes
    }

    /// The last bytes of the archive.
    package func end() -> [UInt8] {
        let end =
            Self.little(UInt32(0x0605_4B50)) + Self.little(UInt32(0)) + Self.little(entries) + Self.little(entries)
            + Self.little(UInt32(directory.count)) + Self.little(UInt32(written)) + Self.little(UInt16(0))
        return directory + end
    }

    /// A whole archive of texts.
    static func archive(_ entries: [(name: String, content: String)]) -> [UInt8] {
        var zip = StoredZip()
        var bytes: [UInt8] = []
        for entry in entries { bytes += zip.entry(entry.name, Array(entry.content.utf8)) }
        return bytes + zip.end()
    }

    private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
    }
}

/// The checksum of ZIP and PNG, polynomial 0xEDB88320.
enum CRC32 {
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}
