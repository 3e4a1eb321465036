import Foundation
import ScriberrCore

/// How an engine host is started: nothing of the server's environment reaches it but what is named here.
struct HostLaunch {
    /// What a host, its ffmpeg and a CUDA runtime need; never a secret.
    private static let inherited = ["PATH", "TMPDIR", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"]

    var settings: EngineSettings
    var environment: [String: String] = ProcessInfo.processInfo.environment

    /// Throws `ENGINE_UNAVAILABLE` when the program is not there.
    func launch() throws -> ChildProcess.Launch {
        guard FileManager.default.isExecutableFile(atPath: settings.hostPath) else {
            throw ScriberrError(
                .engineUnavailable,
                "The engine program scriberr-engine is not installed.",
                detail: "no program at \(settings.hostPath)"
            )
        }
        return ChildProcess.Launch(
            executable: settings.hostPath,
            arguments: ["--max-loaded", String(settings.maxLoadedPerHost)],
            environment: childEnvironment
        )
    }

    private var childEnvironment: [String: String] {
        var child = environment.filter { Self.inherited.contains($0.key) }
        child["PATH"] = child["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        child["LANG"] = "C.UTF-8"
        child["SWIFT_BACKTRACE"] = "enable=no"
        child["SCRIBERR_NATIVE_DIR"] = settings.nativeFolder
        // Containers with a CUDA runtime tell its place this way; nobody else needs it.
        if settings.device != .cpu { child["LD_LIBRARY_PATH"] = environment["LD_LIBRARY_PATH"] }
        return child
    }
}
