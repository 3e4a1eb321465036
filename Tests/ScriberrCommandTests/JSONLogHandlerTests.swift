import Foundation
import Logging
import Testing

@testable import scriberr

@Suite struct JSONLogHandlerTests {
    @Test(arguments: [
        (Logger.Level.trace, "debug"), (.debug, "debug"), (.info, "info"), (.notice, "info"), (.warning, "warn"),
        (.error, "error"), (.critical, "error"),
    ])
    func `a line names one of four levels`(_ level: Logger.Level, _ name: String) throws {
        #expect(try line(level)["level"] as? String == name)
    }

    @Test func `numbers and flags are no texts`() throws {
        let facts = try line(.info, ["status": .stringConvertible(404), "ok": .stringConvertible(true), "path": "/a\"b"])
        #expect(facts["status"] as? Int == 404 && facts["ok"] as? Bool == true && facts["path"] as? String == "/a\"b")
        #expect(facts["msg"] as? String == "hello" && (facts["ts"] as? String)?.hasSuffix("Z") == true)
    }

    /// The one line that is written.
    private func line(_ level: Logger.Level, _ facts: Logger.Metadata = [:]) throws -> [String: Any] {
        let pipe = Pipe()
        let output = LogOutput(pipe.fileHandleForWriting)
        Logger(label: "test") { _ in JSONLogHandler(level: .trace, output: output) }.log(level: level, "hello", metadata: facts)
        try pipe.fileHandleForWriting.close()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
    }
}
