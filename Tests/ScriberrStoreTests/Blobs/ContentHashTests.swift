import Testing

@testable import ScriberrStore

@Suite struct ContentHashTests {
    /// Bytes 0 to 250 again and again, as in BLAKE3's own test vectors; the last was made with the authors' program.
    private static let vectors: [(count: Int, digest: String)] = [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"),
        (1_024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
        (1_025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
        (31_744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"),
        (102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
        (5 << 20, "54c35c1e2f19bca26898eb1d23bbee04deff9b67f1f0544a3e38423961eb6bd5"),
    ]

    @Test(arguments: vectors) func `bytes hash to what the authors' program says`(_ count: Int, _ digest: String) {
        let bytes = (0..<count).map { UInt8($0 % 251) }
        let whole = ContentHash()
        whole.update(bytes[...])
        #expect(whole.text == "blake3:" + digest)
    }

    @Test(arguments: [1, 63, 1_023, 1_024, 1_025, 40_000]) func `how bytes are cut makes no difference`(_ length: Int) {
        let bytes = (0..<102_400).map { UInt8($0 % 251) }
        let hash = ContentHash()
        for start in stride(from: 0, to: bytes.count, by: length) { hash.update(bytes[start..<min(start + length, bytes.count)]) }
        #expect(hash.text == "blake3:bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085")
    }

    @Test func `bytes are compared in the way in which they were hashed`() {
        let plain = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let named = "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        for (text, digest) in [(plain, plain), (named, named), ("", named)] {
            let hash = ContentHash(like: text)
            hash.update(Array("abc".utf8)[...])
            #expect(hash.text == digest)
        }
    }
}
