/// The boundary in a `Content-Type: multipart/form-data; boundary=…`; nil when the header is another or the boundary is not
/// allowed (1 to 70 characters of a small set, RFC 2046 section 5.1.1).
func multipartBoundary(contentType: String?) -> String? {
    guard let header = contentType.map(HeaderValue.init(parsing:)), header.value.lowercased() == "multipart/form-data" else {
        return nil
    }
    guard let boundary = header.parameters["boundary"], (1...70).contains(boundary.utf8.count) else { return nil }
    guard boundary.utf8.allSatisfy(isBoundaryCharacter), !boundary.hasSuffix(" ") else { return nil }
    return boundary
}

private func isBoundaryCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: "'()+_,-./:=? ".utf8.contains(byte)
    }
}
