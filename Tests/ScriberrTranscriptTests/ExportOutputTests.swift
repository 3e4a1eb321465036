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

    @Test func `tables keep their columns whatever is in the cells`() throws {
        #expect(CSVExport.cell("=SUM(A1)") == "'=SUM(A1)")
        #expect(CSVExport.cell(" +1, \"x\"") == "\"'+1, \"\"x\"\"\"")
        #expect(CSVExport.cell("a\nb\tc") == "a b c")
        try expect(
            "csv",
            of: talk,
            is: """
                start,end,speaker,text,confidence\r
                0.000,1.100,SPEAKER_00,"Good morning, everyone.",\r
                1.200,3.900,SPEAKER_00,Did you see the <b>news</b> --> today?,\r
                5.000,6.100,SPEAKER_01,Yes & no.,\r

                """
        )
        try expect(
            "tsv",
            of: talk,
            is:
                "start\tend\ttext\n0\t1100\tGood morning, everyone.\n1200\t3900\tDid you see the <b>news</b> --> today?\n5000\t6100\tYes & no.\n"
        )
        #expect(try text("audacity", talk).hasSuffix("5.000000\t6.100000\tSPEAKER_01: Yes & no.\n"))
    }

    @Test func `ass has the speaker in its field and defuses commands`() throws {
        #expect(ASSExport.escaped("{\\an8}a\\Nb") == "｛\\\u{2060}an8｝a\\\u{2060}Nb")
        let plain = try text("ass", talk)
        #expect(plain.hasSuffix("Dialogue: 0,0:00:05.00,0:00:06.10,Default,SPEAKER_01,0,0,0,,Yes & no.\n"))
        #expect(plain.contains("Good morning, everyone.\\NDid you see"))
        let karaoke = try text("ass", talk, ExportOptions(words: true))
        #expect(karaoke.hasSuffix(",,{\\k80}Yes & {\\k30}no.\n"))
    }

    @Test func `ttml escapes markup and names its agents`() throws {
        let written = try text("ttml", talk, ExportOptions(speakerNames: ["SPEAKER_01": "A & \"B\""]))
        #expect(written.contains("<ttm:name type=\"full\">A &amp; &quot;B&quot;</ttm:name>"))
        #expect(
            written.contains("<p begin=\"00:00:05.000\" end=\"00:00:06.100\" ttm:agent=\"speaker1\">Yes &amp; no.</p>")
        )
        #expect(written.contains("&lt;b&gt;news&lt;/b&gt; --&gt; today?"))
    }

    @Test func `lrc has a time for each line and, if wanted, each word`() throws {
        #expect(try text("lrc", talk, ExportOptions(speakers: false)).hasSuffix("\n[00:05.00]Yes & no.\n[00:06.10]\n"))
        #expect(
            try text("lrc", talk, ExportOptions(speakers: false, words: true)).hasSuffix(
                "[00:05.00]<00:05.00>Yes & <00:05.80>no.\n[00:06.10]\n"
            )
        )
    }

    @Test func `scoring formats have one field for a name with spaces`() throws {
        let options = ExportOptions(speakerNames: ["SPEAKER_01": "Bob B"], title: "my talk")
        #expect(try text("ctm", talk, options).hasSuffix("my_talk 1 5.8 0.3 no.\n"))
        #expect(try text("rttm", talk, options).hasSuffix("SPEAKER my_talk 1 5 1.1 <NA> <NA> Bob_B <NA> <NA>\n"))
        #expect(
            try text("seglst", talk, options).hasSuffix(
                #",{"session_id":"my talk","speaker":"Bob B","start_time":5,"end_time":6.1,"words":"Yes & no."}]"#
            )
        )
    }

    @Test func `JSON of other programs has their keys`() throws {
        #expect(
            try text("podcast", talk).hasSuffix(#"{"speaker":"SPEAKER_01","startTime":5,"endTime":6.1,"body":"Yes & no."}]}"#)
        )
        #expect(
            try text("whisperx", talk).contains(
                #"{"start":5,"end":6.1,"text":"Yes & no.","words":[{"word":"Yes","start":5,"end":5.3,"speaker":"SPEAKER_01"}"#
            )
        )
        let verbose = try text("verbose_json", talk, ExportOptions(words: true, durationSeconds: 9.2))
        #expect(verbose.hasPrefix(#"{"task":"transcribe","language":"english","duration":9.2,"text":"Good"#))
        #expect(verbose.hasSuffix(#"{"word":"no.","start":5.8,"end":6.1}],"usage":{"type":"duration","seconds":10}}"#))
        let diarized = try text("diarized_json", talk)
        #expect(diarized.contains(#""text":"A: Good morning, everyone. Did you see the <b>news</b> --> today?\nB: Yes & no.""#))
    }

    @Test func `Markdown has speakers and times and no markup from the text`() throws {
        try expect(
            "md",
            of: talk,
            ExportOptions(title: "My *talk*"),
            is: """
                # My \\*talk\\*

                `00:00:00` **SPEAKER\\_00:** Good morning, everyone. Did you see the \\<b>news\\</b> --> today?

                `00:00:05` **SPEAKER\\_01:** Yes \\& no.

                """
        )
        #expect(MarkdownExport.escaped("1. one - two") == "1\\. one - two")
        #expect(MarkdownExport.escaped("- one") == "\\- one")
    }
}
