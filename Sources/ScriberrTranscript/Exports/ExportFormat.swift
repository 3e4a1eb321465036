package import ScriberrCore

/// A file format that transcripts can be written in.
package struct ExportFormat: Sendable, Hashable {
    /// The name that requests use, such as `srt`.
    package let id: String
    /// Other names that mean the same.
    package let aliases: [String]
    /// What people call it.
    package let name: String
    /// The media type of its files, with a charset where it is text.
    package let mediaType: String
    /// The ending of its files, without a dot.
    package let fileExtension: String
    /// Which of ``ExportOptions/fields`` make a difference to it.
    package let options: [String]

    /// Whether its files are text, rather than a document of bytes.
    package var isText: Bool { mediaType.hasSuffix("charset=utf-8") || mediaType == "application/json" }

    init(
        _ id: String,
        _ name: String,
        mediaType: String,
        fileExtension: String? = nil,
        aliases: [String] = [],
        options: [String] = []
    ) {
        self.id = id
        self.name = name
        self.mediaType = mediaType
        self.fileExtension = fileExtension ?? id
        self.aliases = aliases
        self.options = options
    }
}

/// Writes transcripts in one format. Any transcript can be written: damaged times and texts give a valid file all the same.
package protocol TranscriptExport: Sendable {
    /// What it writes.
    var format: ExportFormat { get }

    /// The file's bytes.
    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8]
}
