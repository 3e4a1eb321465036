import Testing

@testable import ScriberrStore

@Suite struct S3LocationTests {
    @Test func `Amazon's own endpoint and host names are used unless others are given`() throws {
        let location = try #require(S3Location("s3://meetings/archive/2026?region=eu-central-1"))
        #expect(location.host == "meetings.s3.eu-central-1.amazonaws.com")
        #expect(location.path(of: "file_1") == "/archive/2026/file_1")
        #expect(location.path(of: nil) == "/")
        #expect(location.scheme == "https")
    }

    @Test func `an own endpoint gets the bucket in the path`() throws {
        let location = try #require(S3Location("s3://meetings?endpoint=http://Storage.example:9000/"))
        #expect(location.host == "storage.example:9000")
        #expect(location.path(of: "file_1") == "/meetings/file_1")
        #expect(location.path(of: nil) == "/meetings")
        #expect(S3Location("s3://meetings?endpoint=https://s.example:443&path_style=false")?.host == "meetings.s.example")
    }

    @Test func `region and endpoint can come from elsewhere`() throws {
        let location = try #require(
            S3Location("s3://meetings", defaultRegion: "garage", defaultEndpoint: "http://10.0.0.1:3900")
        )
        #expect(location.region == "garage")
        #expect(location.endpoint == "http://10.0.0.1:3900")
    }

    @Test(arguments: [
        "", "meetings", "s3:///key", "s3://ab", "http://meetings", "s3://meetings?endpoint=ftp://x",
        "s3://meetings?endpoint=http://x/y", "s3://meetings?path_style=perhaps", "s3://meetings?color=red",
        "s3://key:secret@meetings", "s3://meetings?region=a%20b",
    ])
    func `what names no bucket is refused`(_ text: String) {
        #expect(S3Location(text) == nil)
    }
}
