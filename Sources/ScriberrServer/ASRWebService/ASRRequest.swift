import ScriberrCore
import ScriberrServices

/// What whisper-asr-webservice's `/asr` takes in its query. Unknown names are ignored, as they are there.
struct ASRRequest: Sendable {
    /// The form in which the text is wanted.
    enum Output: String, CaseIterable, Sendable {
        case txt, vtt, srt, tsv, json
    }

    var output: Output
    var options: OptionsPatch
    var wantsWords: Bool
    var tellsSpeakers: Bool
    /// Whether the file is a recording in some format; false for bare samples: 16 bit, little-endian, 16 kHz, one channel.
    var isEncoded: Bool
    /// What was given and makes no difference here.
    var ignored: [String]

    /// Throws `VALIDATION_ERROR` with the parameter's name.
    init(query: [String: String]) throws {
        let reader = FieldReader(query: query)
        output = try reader.choice("output", of: Output.self) ?? .txt
        let task = try reader.choice("task", of: SpeechTask.self) ?? .transcribe
        options = SpeechRequest.plain(task)
        if let language = try reader.language("language", query["language"]) { options.language = .value(language) }
        wantsWords = try reader.flag("word_timestamps") ?? false
        isEncoded = try reader.flag("encode") ?? true
        tellsSpeakers = try reader.flag("diarize") ?? false
        options.diarization = .value(tellsSpeakers)
        ignored = try ["vad_filter"].filter { try reader.flag($0) != nil }
        if query["initial_prompt"]?.isEmpty == false { ignored.append("initial_prompt") }
        let counts = (least: try reader.count("min_speakers"), most: try reader.count("max_speakers"))
        if tellsSpeakers {
            if let least = counts.least { options.minSpeakers = .value(least) }
            if let most = counts.most { options.maxSpeakers = .value(most) }
        } else {
            ignored += ["min_speakers", "max_speakers"].filter { query[$0]?.isEmpty == false }
        }
    }

    /// Where the file is found in a form.
    static func form(isEncoded: Bool) -> FormShape {
        FormShape(fileNames: ["audio_file", "file"], leavesEnd: true, filePrefix: isEncoded ? [] : BareSamples.header)
    }
}

extension FieldReader {
    /// Reads a query as if it were a form.
    fileprivate init(query: [String: String]) {
        var fields = FormFields()
        for (name, value) in query { fields.append(name, value) }
        self.init(fields: fields)
    }

    fileprivate func count(_ name: String) throws -> Int? {
        guard let text = fields[name], !text.isEmpty else { return nil }
        guard let number = Int(text) else { throw fieldError(name, "`\(name)` is a whole number.") }
        return number
    }
}

/// Samples without a container get one on their way in.
enum BareSamples {
    /// The head of a WAVE file of unknown length, as ffmpeg writes it to a pipe.
    static let header: [UInt8] = {
        let unknown: UInt32 = 0xFFFF_FFFF
        return Array("RIFF".utf8) + bytes(unknown) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
            + bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(UInt32(16_000)) + bytes(UInt32(32_000)) + bytes(UInt16(2))
            + bytes(UInt16(16)) + Array("data".utf8) + bytes(unknown)
    }()

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
