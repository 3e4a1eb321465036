import Foundation
import ScriberrCore

/// The failures of this room, in one place so that their wording is. Public text is ours; what a program said goes to
/// `detail` alone.
enum MediaFault {
    static func programMissing(_ name: String, package: String) -> ScriberrError {
        ScriberrError(
            .engineUnavailable,
            "The program '\(name)' is missing, so no recording can be read. Install it: apt-get install \(package)."
        )
    }

    static func cannotStart(_ detail: String) -> ScriberrError {
        ScriberrError(
            .engineUnavailable,
            "The decoder cannot be started. Check that ffmpeg and util-linux are installed.",
            disposition: .transient,
            detail: detail
        )
    }

    static func missing() -> ScriberrError { ScriberrError(.mediaMissing, "The recording is gone.") }
    static func notAFile() -> ScriberrError { ScriberrError(.mediaUnreadable, "The recording is not an ordinary file.") }
    static func empty() -> ScriberrError { ScriberrError(.mediaUnreadable, "The file is empty.") }

    static func unsupported(_ detail: String) -> ScriberrError {
        ScriberrError(
            .unsupportedMediaType,
            "This kind of file is not supported. Send audio or video, such as WAV, MP3, M4A, OGG, FLAC, MP4, MKV or WebM.",
            detail: detail
        )
    }

    static func unreadable(_ detail: String) -> ScriberrError {
        ScriberrError(
            .mediaUnreadable,
            "The recording cannot be decoded: the file is damaged, incomplete or not a recording at all.",
            detail: detail
        )
    }

    static func indexMissing(_ detail: String) -> ScriberrError {
        ScriberrError(
            .mediaUnreadable,
            "The recording is incomplete: the index at the end of the file is missing. The recording or the upload was cut off.",
            detail: detail
        )
    }

    static func noAudio(_ detail: String? = nil) -> ScriberrError {
        ScriberrError(.mediaUnreadable, "The file holds no audio track.", detail: detail)
    }

    static func noSound(_ detail: String) -> ScriberrError {
        ScriberrError(.mediaUnreadable, "The audio track holds no sound that can be decoded.", detail: detail)
    }

    static func unknownEncoding(_ detail: String? = nil) -> ScriberrError {
        ScriberrError(
            .mediaUnreadable,
            "The audio track is encoded in a way that cannot be read; it may be copy-protected.",
            detail: detail
        )
    }

    static func tooExpensive(_ detail: String) -> ScriberrError {
        ScriberrError(
            .mediaUnreadable,
            "Decoding the recording takes more time or memory than a recording of its length needs; the file is damaged or made to do harm.",
            detail: detail
        )
    }

    static func killed(_ detail: String) -> ScriberrError {
        ScriberrError(.engineFailed, "The decoder was ended by the system, perhaps for want of memory.", detail: detail)
    }

    /// What a child that gave nothing usable was trying to say. `beginning` is the start of the file.
    static func classify(_ ending: ChildEnding, beginning: Data) -> ScriberrError {
        let said = ending.detail
        switch ending.cause {
        case .stalled, .processorTime: return tooExpensive(said)
        case .killed: return killed(said)
        case .finished, .failed: break
        }
        if ending.messages.hasPrefix("prlimit: failed to") { return cannotStart(said) }
        if ending.messages.contains("Format not on whitelist") { return unsupported(said) }
        if ending.messages.contains("moov atom not found") { return indexMissing(said) }
        if ending.messages.contains("matches no streams") { return noAudio(said) }
        if ForeignKind.isForeign(beginning) { return unsupported(said) }
        return unreadable(said)
    }
}

/// Files that are certainly something else than a recording, by their first bytes. ffmpeg only says "invalid data" of
/// them, which would send people looking for damage.
enum ForeignKind {
    static func isForeign(_ beginning: Data) -> Bool {
        signatures.contains { beginning.starts(with: $0) }
    }

    private static let signatures: [[UInt8]] = [
        Array("%PDF-".utf8), Array("PK\u{3}\u{4}".utf8), [0x1F, 0x8B], Array("7z".utf8) + [0xBC, 0xAF], Array("Rar!".utf8),
        [0xD0, 0xCF, 0x11, 0xE0], [0x7F] + Array("ELF".utf8), Array("<!DOCTYPE".utf8), Array("<html".utf8),
        Array("SQLite format 3".utf8), Array("#!".utf8), Array("#EXTM3U".utf8), Array("ffconcat".utf8),
        [0x89] + Array("PNG".utf8), [0xFF, 0xD8, 0xFF], Array("GIF8".utf8), Array("v=0\r\no=".utf8), Array("v=0\no=".utf8),
    ]
}
