import ScriberrCore
import Testing

@testable import ScriberrTranscript

@Suite struct ExportOptionsTests {
    @Test func `options are read from a query`() throws {
        let options = try ExportOptions(
            parameters: [
                "preset": "Netflix", "max_lines": "3", "max_chars": "84", "max_cps": "17.5", "min_duration": "0.5",
                "max_duration": "6",
                "gap": "0.1", "speakers": "no", "times": "1", "words": "",
                "speaker_names": "SPEAKER_00=Ann Lee, SPEAKER_01 = Bob",
                "newline": "crlf",
            ],
            title: "t"
        )
        #expect(
            options.cues.maximumLines == 3 && options.cues.maximumCharacters == 84 && options.cues.maximumWideCharacters == 32
        )
        #expect(options.cues.charactersPerSecond == 17.5 && options.cues.minimumSeconds == 0.5 && options.cues.gapSeconds == 0.1)
        #expect(options.cues.closesGapsUnderSeconds == CueRules(preset: .netflix).closesGapsUnderSeconds)
        #expect(options.speakers == false && options.times == true && !options.words && options.windowsNewlines)
        #expect(options.speakerNames == ["SPEAKER_00": "Ann Lee", "SPEAKER_01": "Bob"])
        #expect(try ExportOptions(parameters: [:]) == ExportOptions())
    }

    @Test(arguments: [
        ("preset", "hbo", "preset must be one of default, netflix, podcast, social"),
        ("max_lines", "0", "max_lines must be a whole number from 1 to 10"),
        ("max_chars", "many", "max_chars must be a whole number from 8 to 200"),
        ("max_cps", "nan", "max_cps must be a number from 5 to 100"),
        ("max_duration", "0.1", "max_duration must be a number from 0.5 to 60"),
        ("min_duration", "8", "min_duration must not be greater than max_duration"),
        ("gap", "-1", "gap must be a number from 0 to 1"),
        ("speakers", "maybe", "speakers must be true or false"),
        ("speaker_names", "Anna", "speaker_names must look like SPEAKER_00=Anna,SPEAKER_01=Bob"),
        ("newline", "cr", "newline must be one of lf, crlf"),
    ]) func `a wrong value names its field`(field: String, value: String, message: String) throws {
        let error = #expect(throws: ScriberrError.self) { try ExportOptions(parameters: [field: value]) }
        #expect(error?.field == field && error?.message == message && error?.code == .validation)
    }

    @Test func `an unknown option is refused by name`() {
        let error = #expect(throws: ScriberrError.self) { try ExportOptions(parameters: ["colour": "red", "gap": "x"]) }
        #expect(error?.field == "colour")
    }

    @Test func `formats are found by name, alias and Accept header`() throws {
        #expect(try TranscriptExports.named("SRT").format.id == "srt")
        #expect(try TranscriptExports.named("webvtt").format.id == "vtt")
        let error = #expect(throws: ScriberrError.self) { try TranscriptExports.named("pdf") }
        #expect(error?.field == "format" && error?.message.contains("txt, json, srt, vtt") == true)
        #expect(TranscriptExports.accepted("text/html, text/vtt;q=0.8, application/x-subrip;q=0.9")?.format.id == "srt")
        #expect(TranscriptExports.accepted("application/json") == nil)
        #expect(TranscriptExports.accepted("text/vtt, application/json;q=0.1")?.format.id == "vtt")
        #expect(TranscriptExports.accepted("text/vtt;q=0.1, application/json") == nil)
        #expect(TranscriptExports.accepted("text/vtt, application/json") == nil)
        #expect(TranscriptExports.accepted("text/vtt, */*")?.format.id == "vtt")
        #expect(TranscriptExports.accepted("text/vtt;q=0.5, */*;q=0.8") == nil)
        #expect(TranscriptExports.accepted("*/*") == nil)
        #expect(TranscriptExports.accepted("text/vtt;q=0") == nil)
    }

    @Test func `names, aliases and options are unambiguous and known`() {
        let names = TranscriptExports.all.flatMap { [$0.format.id] + $0.format.aliases }
        #expect(Set(names).count == names.count)
        for export in TranscriptExports.all { #expect(Set(export.format.options).isSubset(of: ExportOptions.fields)) }
    }

    @Test func `language names are whisper's`() {
        #expect(LanguageNames.english("pt-BR") == "portuguese" && LanguageNames.english("xx") == "xx")
        #expect(LanguageNames.english(nil) == "unknown")
        #expect(
            LanguageNames.code("German") == "de" && LanguageNames.code("yue") == "yue" && LanguageNames.code("klingon") == nil
        )
    }

    @Test func `zip checksums are the standard ones`() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }
}
