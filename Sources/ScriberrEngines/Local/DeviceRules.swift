import Foundation
import ScriberrCore
import ScriberrEngineWire

/// Where an order computes: on the processor or with CUDA.
struct DeviceRules {
    var setting: EngineSettings.DeviceChoice
    var nativeFolder: String

    /// `cpu` or `cuda` for a request of `auto`, `cpu` or `cuda`. Throws `ENGINE_UNAVAILABLE` for CUDA that is not there: the
    /// native library would use the processor without a word.
    func device(requested: String, engines: [EngineReport]) throws -> String {
        let hasCUDA = engines.contains { $0.devices.contains("cuda") }
        let wish = requested == "auto" ? setting.rawValue : requested
        switch wish {
        case "cuda":
            guard hasCUDA else { throw missing(engines) }
            return "cuda"
        case "auto": return hasCUDA ? "cuda" : "cpu"
        default: return "cpu"
        }
    }

    private func missing(_ engines: [EngineReport]) -> ScriberrError {
        let lacking = missingParts
        let what = lacking.isEmpty ? "the speech runtime cannot use it" : "missing: \(lacking.joined(separator: ", "))"
        return ScriberrError(
            .engineUnavailable,
            "CUDA was asked for, but \(what). Install the CUDA build of sherpa-onnx with CUDA and cuDNN 9, "
                + "or set SPEECH_ENGINE_PROVIDER to auto or cpu.",
            detail: engines.compactMap(\.problem).joined(separator: "; ")
        )
    }

    /// Looked for as files: the server itself loads no native library.
    private var missingParts: [String] {
        let runtime = ["libonnxruntime_providers_cuda.so"].filter { !exists($0, below: [nativeFolder]) }
        let system = ["libcuda.so.1", "libcudnn.so.9"].filter { !exists($0, below: Self.libraryFolders) }
        return runtime + system
    }

    private static let libraryFolders = [
        "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib",
        "/usr/local/cuda/lib64", "/usr/local/nvidia/lib64",
    ]

    /// The native folder may hold the libraries directly or one folder deeper.
    private func exists(_ name: String, below folders: [String]) -> Bool {
        folders.contains { folder in
            let inner = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return inner.contains(name) || inner.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)/\(name)") }
        }
    }
}
