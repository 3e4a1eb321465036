import ScriberrCore
import Testing

@testable import ScriberrStore

/// The examples of Amazon's S3 API reference, with their published signatures.
@Suite struct S3SignatureTests {
    private let time = Timestamp(rfc3339: "2013-05-24T00:00:00Z") ?? .now

    private func signature() throws -> S3Signature {
        let location = S3Location("s3://examplebucket?endpoint=https://s3.amazonaws.com&path_style=false")
        let credentials = S3Credentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE",
            secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        )
        return S3Signature(location: try #require(location), credentials: credentials)
    }

    private func sign(_ subject: S3Signature.Subject) throws -> String {
        let headers = try signature().headers(for: subject, at: time)
        return try #require(headers.last { $0.name == "authorization" }).value
    }

    @Test func `a ranged read is signed as in the reference`() throws {
        let subject = S3Signature.Subject(
            method: "GET",
            path: "/test.txt",
            headers: [("range", "bytes=0-9")],
            bodyHash: S3Signature.hash([])
        )
        let value = try sign(subject)
        #expect(value.hasSuffix("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"))
        #expect(value.contains("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"))
    }

    @Test func `queries are signed as in the reference`() throws {
        var subject = S3Signature.Subject(method: "GET", path: "/", query: [("lifecycle", "")], bodyHash: S3Signature.hash([]))
        #expect(try sign(subject).hasSuffix("=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
        subject.query = [("prefix", "J"), ("max-keys", "2")]
        #expect(try sign(subject).hasSuffix("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test func `an address is presigned as in the reference`() throws {
        let url = try signature().presignedURL(path: "/test.txt", query: [], seconds: 86_400, at: time)
        #expect(url.hasPrefix("https://examplebucket.s3.amazonaws.com/test.txt?"))
        #expect(url.hasSuffix("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
    }

    @Test func `names outside ASCII and blanks are encoded byte by byte`() {
        #expect(S3Signature.encoded("a b/ü~", keeping: "/") == "a%20b/%C3%BC~")
        #expect(S3Signature.canonical([("b", "+"), ("a", "=")]) == "a=%3D&b=%2B")
    }
}
