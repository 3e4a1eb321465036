import Foundation
import ScriberrCore
package import SystemPackage

/// ffmpeg and ffprobe, run as guarded children: what is uploaded is hostile until it has proved otherwise.
///
/// Nothing is fetched from a network, no second file is opened, nothing is written, and time, memory and output are
/// bounded. The same value serves any number of tasks at once.
package struct MediaTools: Sendable {
    /// The program that decodes.
    package let ffmpeg: FilePath
    /// The program that looks into files.
    package let ffprobe: FilePath
    /// The program that sets a child's resource limits; part of util-linux.
    package let prlimit: FilePath
    /// What a child may use.
    package let limits: MediaLimits

    /// Names the programs by absolute path.
    package init(ffmpeg: FilePath, ffprobe: FilePath, prlimit: FilePath, limits: MediaLimits = MediaLimits()) {
        self.ffmpeg = ffmpeg
        self.ffprobe = ffprobe
        self.prlimit = prlimit
        self.limits = limits
    }

    /// Finds the programs in the folders of `searchPath`, which is written as in `PATH`.
    ///
    /// Throws `ENGINE_UNAVAILABLE`, with what to install, when one of them is missing.
    package static func locate(searchPath: String, limits: MediaLimits = MediaLimits()) throws -> MediaTools {
        func find(_ name: String, package: String) throws -> FilePath {
            let folders = searchPath.split(separator: ":").filter { $0.hasPrefix("/") }
            let found = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            guard let found else { throw MediaFault.programMissing(name, package: package) }
            return FilePath(found)
        }
        return MediaTools(
            ffmpeg: try find("ffmpeg", package: "ffmpeg"),
            ffprobe: try find("ffprobe", package: "ffmpeg"),
            prlimit: try find("prlimit", package: "util-linux"),
            limits: limits
        )
    }
}

/// What one ffmpeg or ffprobe may use. The defaults leave room for any honest recording.
package struct MediaLimits: Sendable {
    /// Address space of a child. Below 384 MiB ffmpeg does not start at all.
    package var addressSpaceBytes = 1 << 30
    /// The largest single block ffmpeg may allocate.
    package var allocationBytes = 256 << 20
    /// Processor time of any child, before what the length of the recording adds.
    package var processorSeconds = 60
    /// Recorded seconds that one second of processor time must at least get through; 800 and more are usual.
    package var recordedSecondsPerProcessorSecond = 20
    /// How long a child may be silent while we wait for it; the time a slow reader takes does not count.
    package var stall: Duration = .seconds(60)
    /// What is kept of a child's messages: the end of them.
    package var messageBytes = 8 << 10
    /// What a probe may answer.
    package var probeAnswerBytes = 1 << 20

    /// The defaults.
    package init() {}

    /// Processor seconds for decoding `recordedSeconds`.
    func processorSeconds(decoding recordedSeconds: Double) -> Int {
        processorSeconds + Int(recordedSeconds) / recordedSecondsPerProcessorSecond
    }
}
