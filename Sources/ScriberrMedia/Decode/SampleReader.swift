/// Makes samples of ffmpeg's byte stream: little-endian 32-bit floats, cut anywhere.
struct SampleReader {
    private var leftover: [UInt8] = []
    /// Kept between pieces so that a long decode allocates once.
    private var samples: [Float] = []

    /// The whole samples in `bytes` and what was left before, made safe for engines: no NaN, no infinity, within ±1.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> ArraySlice<Float> {
        samples.removeAll(keepingCapacity: true)
        var start = 0
        if !leftover.isEmpty {
            start = min(4 - leftover.count, bytes.count)
            leftover.append(contentsOf: bytes[..<start])
            guard leftover.count == 4 else { return [] }
            leftover.withUnsafeBytes { samples.append(sane($0.loadUnaligned(as: UInt32.self))) }
            leftover.removeAll(keepingCapacity: true)
        }
        let end = start + (bytes.count - start) / 4 * 4
        for offset in stride(from: start, to: end, by: 4) {
            samples.append(sane(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        leftover.append(contentsOf: bytes[end...])
        return samples[...]
    }

    private func sane(_ bits: UInt32) -> Float {
        let value = Float(bitPattern: UInt32(littleEndian: bits))
        return value.isFinite ? min(max(value, -1), 1) : 0
    }
}
