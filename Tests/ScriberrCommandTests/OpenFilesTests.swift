import ScriberrCore
import Testing

@testable import scriberr

@Suite struct OpenFilesTests {
    @Test func `a server that may open too few files is told so before it starts`() throws {
        let error = #expect(throws: ScriberrError.self) { try OpenFiles.connectionsMax(of: 255) }
        #expect(error?.message.contains("255 files") == true)
        #expect(try OpenFiles.connectionsMax(of: 256) == 128)
    }
}
