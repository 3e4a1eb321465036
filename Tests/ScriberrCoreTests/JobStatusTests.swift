import Foundation
import ScriberrCore
import Testing

struct JobStatusTests {
    @Test(arguments: JobStatus.allCases.filter(\.isTerminal), JobStatus.allCases)
    func `a terminal state never changes`(terminal: JobStatus, next: JobStatus) {
        #expect(!terminal.canBecome(next))
    }

    @Test func `work goes from queued to processing and back or to an end`() {
        #expect(JobStatus.queued.canBecome(.processing))
        #expect(JobStatus.processing.canBecome(.queued))
        #expect(JobStatus.processing.canBecome(.completed))
        #expect(!JobStatus.queued.canBecome(.completed))
    }

    @Test func `options of an older version read with defaults`() throws {
        let options = try JSONDecoder().decode(TranscriptionOptions.self, from: Data("{\"language\":\"de\",\"unknown\":1}".utf8))
        #expect(options == TranscriptionOptions(language: "de"))
        #expect(try JSONDecoder().decode(TranscriptionOptions.self, from: JSONEncoder().encode(options)) == options)
    }
}
