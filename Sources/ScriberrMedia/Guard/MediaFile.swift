import Foundation
import ScriberrCore

/// A file that may be shown to ffmpeg: it exists, is an ordinary file and not empty.
struct MediaFile: Sendable {
    /// Absolute and free of links.
    let path: String
    /// The first bytes, for telling what a broken file is.
    let beginning: Data

    init(path: String) throws {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else { throw MediaFault.missing() }
        // A pipe or a device would hang the child, or never end.
        guard attributes[.type] as? FileAttributeType == .typeRegular else { throw MediaFault.notAFile() }
        guard let size = attributes[.size] as? NSNumber, size.int64Value > 0 else { throw MediaFault.empty() }
        guard let handle = FileHandle(forReadingAtPath: url.path) else { throw MediaFault.missing() }
        defer { try? handle.close() }
        self.path = url.path
        self.beginning = (try? handle.read(upToCount: 4_096)) ?? Data()
    }

    /// How ffmpeg and ffprobe must be told to open it. The `file:` prefix keeps a name from being read as a protocol;
    /// without the list of demuxers an uploaded playlist would read other people's recordings, whatever its name.
    func inputArguments(_ limits: MediaLimits) -> [String] {
        [
            "-max_alloc", "\(limits.allocationBytes)", "-protocol_whitelist", "file", "-format_whitelist", allowedDemuxers,
            "-threads", "1",
        ]
    }

    var inputName: String { "file:\(path)" }
}

private let allowedDemuxers = """
    aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,matroska,webm,mov,mp3,mpeg,mpegts,ogg,w64,wav,wv
    """
