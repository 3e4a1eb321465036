/// English names of languages, as whisper and OpenAI write them.
package enum LanguageNames {
    /// The name of a code such as `en` or `pt-BR`, in lower case; the code itself where there is none. Nil is `unknown`: clients
    /// expect a text.
    package static func english(_ code: String?) -> String {
        guard let code, !code.isEmpty else { return "unknown" }
        let short = code.lowercased().prefix { $0 != "-" && $0 != "_" }
        return names[String(short)] ?? code
    }

    /// The code of an English name, or of a code; nil for what is neither.
    package static func code(_ name: String) -> String? {
        let wanted = name.lowercased()
        if names[wanted] != nil { return wanted }
        return names.filter { $0.value == wanted }.keys.min()
    }

    private static let names: [String: String] = {
        let table = """
            af afrikaans am amharic ar arabic as assamese az azerbaijani ba bashkir be belarusian bg bulgarian bn bengali bo tibetan \
            br breton bs bosnian ca catalan cs czech cy welsh da danish de german el greek en english es spanish et estonian \
            eu basque fa persian fi finnish fo faroese fr french gl galician gu gujarati ha hausa haw hawaiian he hebrew hi hindi \
            hr croatian hu hungarian hy armenian id indonesian is icelandic it italian ja japanese jw javanese ka georgian \
            kk kazakh km khmer kn kannada ko korean la latin lb luxembourgish ln lingala lo lao lt lithuanian lv latvian mg malagasy \
            mi maori mk macedonian ml malayalam mn mongolian mr marathi ms malay mt maltese my myanmar ne nepali nl dutch \
            nn nynorsk no norwegian oc occitan pa punjabi pl polish ps pashto pt portuguese ro romanian ru russian sa sanskrit \
            sd sindhi si sinhala sk slovak sl slovenian sn shona so somali sq albanian sr serbian su sundanese sv swedish sw swahili \
            ta tamil te telugu tg tajik th thai tk turkmen tl tagalog tr turkish tt tatar uk ukrainian ur urdu uz uzbek \
            vi vietnamese yi yiddish yo yoruba yue cantonese zh chinese
            """
        let parts = table.split(separator: " ").map(String.init)
        return Dictionary(uniqueKeysWithValues: stride(from: 0, to: parts.count - 1, by: 2).map { (parts[$0], parts[$0 + 1]) })
    }()
}
