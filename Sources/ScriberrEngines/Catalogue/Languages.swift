import Foundation

/// Languages of model families, by code.
enum Languages {
    /// The 99 languages that every multilingual Whisper model knows.
    static let whisper: [String] = [
        "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it", "id", "hi", "fi", "vi",
        "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur", "hr", "bg", "lt", "la", "mi", "ml", "cy", "sk",
        "te", "fa", "lv", "bn", "sr", "az", "sl", "kn", "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw",
        "gl", "mr", "pa", "si", "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi", "lo", "uz", "fo",
        "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln", "ha", "ba", "jw", "su",
    ]

    /// What Parakeet v3 tells apart by itself.
    static let european: [String] = [
        "bg", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el", "hu", "it", "lv", "lt", "mt", "pl", "pt", "ro", "sk",
        "sl", "es", "sv", "ru", "uk",
    ]
}

/// Names of languages in requests.
package enum SpokenLanguage {
    /// The code that models go by: `de` for `deu`; three letters stay where ISO 639 has no two.
    package static func canonical(_ code: String) -> String {
        guard code.utf8.count == 3 else { return code }
        return Locale.LanguageCode(code).identifier(.alpha2) ?? code
    }
}
