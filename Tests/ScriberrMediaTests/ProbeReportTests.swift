import Foundation
import Testing

@testable import ScriberrMedia

@Suite struct ProbeReportTests {
    @Test(arguments: [("11.5", 11.5), ("9000000000000", nil), ("-1", nil), ("N/A", nil)])
    func `a length that no recording has is none`(text: String, seconds: Double?) throws {
        let stream = #"{"codec_type":"audio","codec_name":"flac"}"#
        let json = #"{"streams":[\#(stream)],"format":{"format_name":"flac","duration":"\#(text)"}}"#
        #expect(try ProbeReport(json: Data(json.utf8)).info(beginning: Data()).durationSeconds == seconds)
    }
}
