/// The name of a request: the client's own when it is fit to be repeated in headers and logs, else a new one.
func makeRequestID(from header: String?) -> String {
    if let given = header?.trimmingBlanks(), (1...128).contains(given.utf8.count), given.utf8.allSatisfy(isRequestIDCharacter) {
        return given
    }
    var digits = ""
    for _ in 0..<3 {
        let piece = String(UInt32.random(in: .min ... .max), radix: 16)
        digits += String(repeating: "0", count: 8 - piece.count) + piece
    }
    return "req_" + digits
}

private func isRequestIDCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: "._:-".utf8.contains(byte)
    }
}
