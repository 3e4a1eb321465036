import ScriberrCore

/// Timed Text Markup Language in the IMSC 1.1 text profile, with speakers as agents.
struct TTMLExport: TranscriptExport {
    let format = ExportFormat(
        "ttml",
        "Timed text (IMSC 1.1)",
        mediaType: "application/ttml+xml; charset=utf-8",
        aliases: ["dfxp", "imsc"],
        options: subtitleOptions + ["speakers", "speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        let cues = SubtitleCues(rules: options.cues).cues(of: transcript)
        var speakers: [String] = []
        if options.speakers ?? true {
            for cue in cues { if let speaker = cue.speaker, !speakers.contains(speaker) { speakers.append(speaker) } }
        }
        var lines = head(language: transcript.language ?? "", speakers: speakers.map(options.name), title: options.title)
        for cue in cues {
            let agent = cue.speaker.flatMap(speakers.firstIndex).map { " ttm:agent=\"speaker\($0)\"" } ?? ""
            let text = cue.texts.map(XML.escaped).joined(separator: "<br/>")
            lines.append("      <p begin=\"\(cue.start.clock())\" end=\"\(cue.end.clock())\"\(agent)>\(text)</p>")
        }
        lines += ["    </div>", "  </body>", "</tt>", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    private func head(language: String, speakers: [String], title: String) -> [String] {
        let agents = speakers.enumerated().map { index, name in
            "      <ttm:agent xml:id=\"speaker\(index)\" type=\"person\"><ttm:name type=\"full\">\(XML.escaped(name))</ttm:name></ttm:agent>"
        }
        let title = Spacing.tidied(title)
        let titles = title.isEmpty ? [] : ["      <ttm:title>\(XML.escaped(title))</ttm:title>"]
        return [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\""
                + " xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" xmlns:ttm=\"http://www.w3.org/ns/ttml#metadata\""
                + " ttp:timeBase=\"media\" ttp:contentProfiles=\"http://www.w3.org/ns/ttml/profile/imsc1.1/text\""
                + " xml:lang=\"\(XML.escaped(language))\">",
            "  <head>", "    <metadata>",
        ] + titles + agents + [
            "    </metadata>", "    <styling>",
            "      <style xml:id=\"plain\" tts:fontFamily=\"proportionalSansSerif\" tts:fontSize=\"100%\" tts:color=\"white\"/>",
            "    </styling>", "    <layout>",
            "      <region xml:id=\"bottom\" tts:origin=\"10% 10%\" tts:extent=\"80% 80%\" tts:displayAlign=\"after\" tts:textAlign=\"center\"/>",
            "    </layout>", "  </head>", "  <body style=\"plain\" region=\"bottom\">", "    <div>",
        ]
    }
}

/// Text in XML.
enum XML {
    /// Escapes markup and leaves out the characters that XML 1.0 has no way to write.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
