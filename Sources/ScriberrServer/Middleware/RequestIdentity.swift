import ScriberrCore

/// The name of a request: the client's own when it is fit to be repeated in headers and logs, else a new one.
func makeRequestID(from header: String?) -> String {
    if let given = header?.trimmingBlanks(), (1...128).contains(given.utf8.count), given.utf8.allSatisfy(isRequestIDCharacter) {
        return given
    }
    // Names, not secrets: one call of the system for each will do.
    var random = SystemRandomNumberGenerator()
    let (first, second) = (random.next(), random.next())
    let bytes = withUnsafeBytes(of: first) { Array($0) } + withUnsafeBytes(of: second) { $0.prefix(4) }
    return "req_" + hexadecimal(bytes)
}

private func isRequestIDCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: "._:-".utf8.contains(byte)
    }
}
