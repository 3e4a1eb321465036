import Foundation
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrTranscript

/// Writes every format of many transcripts. `SCRIBERR_EXPORT_SAMPLES` names a folder that keeps them for the independent
/// readers of `Tests/ExportReaders`; without it they are only written and thrown away.
@Suite struct ExportSampleTests {
    @Test func `every format writes every transcript, and the same one twice alike`() async throws {
        try await withTemporaryFolder { temporary in
            let folder = ProcessInfo.processInfo.environment["SCRIBERR_EXPORT_SAMPLES"] ?? temporary
            for (name, transcript) in samples() {
                for export in TranscriptExports.all {
                    for (variant, options) in variants(name) {
                        let bytes = export.render(transcript, options)
                        #expect(bytes == export.render(transcript, options), "\(name) \(export.format.id)")
                        #expect(
                            export.format.id == "docx" || String(validating: bytes, as: UTF8.self) != nil,
                            "\(name) \(export.format.id)"
                        )
                        let path = "\(folder)/\(name).\(variant).\(export.format.id)"
                        try Data(bytes).write(to: URL(fileURLWithPath: path))
                    }
                }
            }
        }
    }

    private func variants(_ name: String) -> [(String, ExportOptions)] {
        [
            ("plain", ExportOptions(speakers: false, title: name)),
            (
                "speakers",
                ExportOptions(speakers: true, times: true, speakerNames: ["SPEAKER_00": "Ann & <Co>, Ltd."], title: name)
            ),
            (
                "words",
                ExportOptions(cues: CueRules(preset: .social), words: true, title: "a \"b\" <c>, d", windowsNewlines: true)
            ),
        ]
    }

    private func samples() -> [(String, Transcript)] {
        let wild = (0..<24).map { ("wild\($0)", wildTranscript(UInt64($0))) }
        let words = spoken("Good morning, everyone. Did you see the news today?") + spoken("Yes, I did.", from: 6)
        let turns = [SpeakerTurn(start: 0, end: 5, speaker: "b"), SpeakerTurn(start: 5.5, end: 9, speaker: "a")]
        let talk = SpeakerMerge().merge(turns, into: TranscriptBuilder().transcript(from: [piece(words)], language: "en"))
        return wild + [
            ("talk", talk), ("empty", Transcript(text: "", segments: [], words: [])),
            ("textonly", Transcript(text: "only a text", segments: [], words: [])),
        ]
    }
}
