/// Two digits for each byte, lower case.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
        var place = 0
        for byte in bytes {
            text[place] = digit(byte >> 4)
            text[place + 1] = digit(byte & 15)
            place += 2
        }
        return place
    }
}

private func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
