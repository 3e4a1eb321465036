import Foundation
import ScriberrCore
import ScriberrTranscript

extension Settings {
    /// Folders that the server watches, and one that it writes transcripts to.
    struct Folders: Sendable {
        /// Recordings that come into these are transcribed.
        var watched: [String]
        /// Whose recordings they become; nil for the first admin.
        var user: String?
        /// Whether their subfolders are watched too.
        var isRecursive: Bool
        /// Whether they stay where they are.
        var keeps: Bool
        /// How long one must not have changed.
        var settle: Duration
        /// Where every finished transcript is written; nil for nowhere.
        var exportFolder: String?
        var exportFormats: [String]
        /// How the files are called, without their ending.
        var exportName: String

        init(from reader: inout SettingsReader) {
            watched = Self.list(reader.string("WATCH_DIRS", default: ""))
            for folder in watched {
                guard let wants = PlaceCheck.folderOrNothing(folder) else { continue }
                reader.reject("WATCH_DIRS", got: folder, wants: wants)
                break
            }
            user = reader.value("WATCH_USER")
            isRecursive = reader.bool("WATCH_RECURSIVE", default: false)
            keeps = reader.bool("WATCH_KEEP", default: false)
            settle = reader.duration("WATCH_SETTLE", default: .seconds(5))
            exportFolder = reader.value("EXPORT_DIR")
            exportFormats = reader.parsed(
                "EXPORT_FORMATS",
                default: ["txt"],
                wants: "formats separated by commas, such as txt,srt"
            ) { text in
                let names = Self.list(text)
                let isKnown = names.allSatisfy { (try? TranscriptExports.named($0)) != nil }
                return names.isEmpty || !isKnown ? nil : names
            }
            exportName = reader.parsed(
                "EXPORT_NAME",
                default: "{title}",
                wants: "a name made of text, '/' and {title}, {id}, {user}, {date}, {language}"
            ) { ExportNaming.isGood($0) ? $0 : nil }
        }

        private static func list(_ text: String) -> [String] {
            text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
    }
}
