import CSherpaOnnx
import Foundation
import ScriberrCore
import ScriberrEngineWire

/// The opened sherpa-onnx library, or why there is none. Holding a value of ``Opened`` proves that its functions can be called.
struct SherpaLibrary: Sendable {
    /// The version that our configuration structs belong to.
    static let versionPrefix = "2.0."
    static let name = "sherpa-onnx"

    let report: EngineReport
    private let opened: Opened?
    private let problem: String

    struct Opened: Sendable {
        fileprivate init() {}
    }

    /// Opens the library below `nativeFolder`. Call it once, before other threads run.
    init(nativeFolder: String) {
        let folder = nativeFolder + "/sherpa-onnx/lib"
        problem = sherpa_open(folder + "/libsherpa-onnx-c-api.so", Self.versionPrefix).map { String(cString: $0) } ?? ""
        opened = problem.isEmpty ? Opened() : nil
        guard opened != nil else {
            let present = FileManager.default.fileExists(atPath: folder + "/libsherpa-onnx-c-api.so")
            let text = present ? "its library cannot be loaded" : "its library is missing; run make setup"
            report = EngineReport(name: Self.name, problem: text, devices: [])
            return
        }
        let devices = ["cpu"] + (CUDARuntime.isPresent(besides: folder) ? ["cuda"] : [])
        report = EngineReport(name: Self.name, version: String(cString: sherpa_version()), devices: devices)
    }

    func open() throws -> Opened {
        guard let opened else {
            throw ScriberrError(
                .engineUnavailable,
                "The speech library sherpa-onnx is not installed; run make setup.",
                detail: problem
            )
        }
        return opened
    }
}

/// The libraries that a CUDA build of sherpa-onnx needs and does not bring along.
enum CUDARuntime {
    /// The library falls back to the processor without an error, so this has to be known beforehand.
    static func isPresent(besides folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/libonnxruntime_providers_cuda.so")
            && ["libcuda.so.1", "libcudnn.so.9"].allSatisfy { (name: String) in dlopen(name, RTLD_LAZY | RTLD_LOCAL) != nil }
    }
}
