import Foundation
import ScriberrCore

/// What ffprobe prints, as far as we read it.
struct ProbeReport: Decodable {
    struct Stream: Decodable {
        var codecType: String?
        var codecName: String?
        var sampleRate: String?
        var channels: Int?
        var duration: String?
        var disposition: [String: Int]?

        var isMovingPicture: Bool { codecType == "video" && disposition?["attached_pic"] != 1 }
    }

    struct Format: Decodable {
        var formatName: String?
        var duration: String?
        var tags: [String: String]?
    }

    var streams: [Stream]?
    var format: Format?

    static let entries = [
        "format=format_name,duration", "format_tags=major_brand",
        "stream=codec_type,codec_name,sample_rate,channels,duration", "stream_disposition=attached_pic",
    ].joined(separator: ":")

    init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: json)
    }

    /// The facts, or why this cannot be transcribed. `beginning` is the start of the file.
    func info(beginning: Data) throws -> MediaInfo {
        let streams = streams ?? []
        let container = format?.formatName ?? ""
        let audio = streams.filter { $0.codecType == "audio" }
        guard !audio.isEmpty else { throw MediaFault.noAudio("container \(container)") }
        guard let first = audio.first, let codec = first.codecName, codec != "none", codec != "unknown" else {
            throw MediaFault.unknownEncoding("container \(container)")
        }
        let hasVideo = streams.contains(where: \.isMovingPicture)
        let brand = format?.tags?["major_brand"] ?? ""
        return MediaInfo(
            durationSeconds: seconds(format?.duration) ?? seconds(first.duration),
            container: container,
            mimeType: mimeType(container: container, brand: brand, hasVideo: hasVideo, beginning: beginning),
            hasVideo: hasVideo,
            audio: audio.map { stream in
                MediaInfo.AudioStream(
                    codec: stream.codecName ?? "unknown",
                    sampleRate: stream.sampleRate.flatMap(Int.init) ?? 0,
                    channels: stream.channels ?? 0
                )
            }
        )
    }

    /// No recording is longer: 11 days. What a container claims beyond it is rubbish.
    private static let longestSeconds = 1_000_000.0

    private func seconds(_ text: String?) -> Double? {
        guard let text, let value = Double(text), value.isFinite, value > 0, value <= Self.longestSeconds else { return nil }
        return value
    }
}

/// The registered type where there is one, else the common one. `brand` is the one an MP4 or QuickTime file names.
func mimeType(container: String, brand: String, hasVideo: Bool, beginning: Data) -> String {
    let kind = hasVideo ? "video" : "audio"
    switch container {
    case "mp3": return "audio/mpeg"
    case "wav", "w64": return "audio/wav"
    case "flac": return "audio/flac"
    case "aac": return "audio/aac"
    case "ac3": return "audio/ac3"
    case "eac3": return "audio/eac3"
    case "aiff": return "audio/aiff"
    case "amr": return "audio/amr"
    case "ape": return "audio/x-ape"
    case "au": return "audio/basic"
    case "caf": return "audio/x-caf"
    case "wv": return "audio/x-wavpack"
    case "ogg": return "\(kind)/ogg"
    case "asf": return hasVideo ? "video/x-ms-wmv" : "audio/x-ms-wma"
    case "avi": return "video/x-msvideo"
    case "flv": return "video/x-flv"
    case "mpeg": return "\(kind)/mpeg"
    case "mpegts": return "video/mp2t"
    case _ where container.hasPrefix("matroska"):
        // ffmpeg has one demuxer for both; the document type stands in the first bytes of the file.
        return beginning.prefix(64).range(of: Data("webm".utf8)) != nil ? "\(kind)/webm" : "\(kind)/x-matroska"
    case _ where container.hasPrefix("mov"):
        if brand.hasPrefix("3g") { return "\(kind)/3gpp" }
        return hasVideo && (brand.isEmpty || brand.hasPrefix("qt")) ? "video/quicktime" : "\(kind)/mp4"
    default: return hasVideo ? "video/x-unknown" : "audio/x-unknown"
    }
}
