import ScriberrCore
import Testing

@testable import ScriberrTranscript

private func text(_ format: String, _ transcript: Transcript, _ options: ExportOptions = ExportOptions()) throws -> String {
    String(decoding: try TranscriptExports.named(format).render(transcript, options), as: UTF8.self)
}

/// Compares whole files and shows what was written.
private func expect(
    _ format: String,
    of transcript: Transcript,
    _ options: ExportOptions = ExportOptions(),
    is expected: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let written = try text(format, transcript, options)
    #expect(written == expected, sourceLocation: sourceLocation)
}

private let talk: Transcript = {
    let words = spoken("Good morning, everyone. Did you see the <b>news</b> --> today?") + spoken("Yes & no.", from: 5)
    let turns = [SpeakerTurn(start: 0, end: 4.5, speaker: "b"), SpeakerTurn(start: 4.8, end: 9, speaker: "a")]
    return SpeakerMerge().merge(turns, into: TranscriptBuilder().transcript(from: [piece(words)], language: "en"))
}()

@Suite struct ExportOutputTests {
    @Test func `txt is the text and nothing else`() throws {
        #expect(try text("txt", talk) == "Good morning, everyone. Did you see the <b>news</b> --> today? Yes & no.\n")
        #expect(try text("txt", Transcript(text: "", segments: [], words: [])) == "")
    }

    @Test func `txt with speakers is a paragraph for each turn, with times a line for each segment`() throws {
        try expect(
            "txt",
            of: talk,
            ExportOptions(speakers: true, speakerNames: ["SPEAKER_01": "Bob"]),
            is: """
                SPEAKER_00: Good morning, everyone. Did you see the <b>news</b> --> today?
                Bob: Yes & no.

                """
        )
        try expect(
            "txt",
            of: talk,
            ExportOptions(times: true),
            is: """
                [00:00:00] Good morning, everyone.
                [00:00:01] Did you see the <b>news</b> --> today?
                [00:00:05] Yes & no.

                """
        )
    }

    @Test func `srt names speakers where they change and defuses what players would obey`() throws {
        try expect(
            "srt",
            of: talk,
            is: """
                1
                00:00:00,000 --> 00:00:03,900
                SPEAKER_00: Good morning, everyone.
                Did you see the <\u{2060}b>news<\u{2060}/b> --\u{2060}> today?

                2
                00:00:05,000 --> 00:00:06,100
                SPEAKER_01: Yes & no.

                """
        )
    }

    @Test func `vtt escapes its text and has speakers as voices`() throws {
        try expect(
            "vtt",
            of: talk,
            is: """
                WEBVTT

                00:00:00.000 --> 00:00:03.900
                <v SPEAKER_00>Good morning, everyone.
                Did you see the &lt;b&gt;news&lt;/b&gt; --&gt; today?</v>

                00:00:05.000 --> 00:00:06.100
                <v SPEAKER_01>Yes &amp; no.</v>

                """
        )
    }

    @Test func `vtt with word times puts each word behind its own`() throws {
        let written = try text("vtt", talk, ExportOptions(speakers: false, words: true))
        #expect(written.contains("00:00:00.000 --> 00:00:03.900\nGood <00:00:00.400>morning, <00:00:00.800>everyone.\n"))
    }

    @Test func `Windows newlines are everywhere or nowhere`() throws {
        let windows = try text("srt", talk, ExportOptions(windowsNewlines: true))
        #expect(windows.utf8.count { $0 == 0x0D } == windows.utf8.count { $0 == 0x0A })
        #expect(windows.replacing("\r\n", with: "\n") == (try text("srt", talk)))
    }

    @Test func `json is the canonical transcript`() throws {
        #expect(try TranscriptExports.named("json").render(talk, ExportOptions()) == CanonicalJSON.encode(talk))
    }
}
