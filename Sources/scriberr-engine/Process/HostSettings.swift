import Foundation

/// What the server tells a host at its start.
struct HostSettings: Sendable {
    /// The folder that holds the native libraries.
    var nativeFolder: String
    /// How many models may stay loaded.
    var loadedModelsMax = 1

    /// Reads the command line and the environment.
    init(arguments: [String], environment: [String: String], currentFolder: String) throws(UsageError) {
        nativeFolder = Self.nativeFolder(
            executable: arguments.first ?? "",
            environment: environment,
            currentFolder: currentFolder
        )
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            guard argument == "--max-loaded", let text = rest.popFirst(), let value = Int(text), (1...64).contains(value) else {
                throw UsageError(argument: argument)
            }
            loadedModelsMax = value
        }
    }

    struct UsageError: Error {
        var argument: String
    }

    /// `SCRIBERR_NATIVE_DIR`, or where an installation has its libraries, or where a checkout has them.
    private static func nativeFolder(executable: String, environment: [String: String], currentFolder: String) -> String {
        if let folder = environment["SCRIBERR_NATIVE_DIR"], !folder.isEmpty { return folder }
        let real = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? executable
        let installed = URL(fileURLWithPath: real).deletingLastPathComponent()
            .appendingPathComponent("../lib/scriberr").standardized.path
        return FileManager.default.fileExists(atPath: installed) ? installed : currentFolder + "/.native"
    }
}
