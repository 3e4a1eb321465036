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

/// The libraries that a CUDA build of sherpa-onnx needs and does not bring along, and a device for them.
enum CUDARuntime {
    /// The library falls back to the processor without an error, so this has to be known beforehand.
    static func isPresent(besides folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/libonnxruntime_providers_cuda.so")
            && dlopen("libcudnn.so.9", RTLD_LAZY | RTLD_LOCAL) != nil && hasDevice
    }

    /// Whether the driver knows a device that this process may use. Machines have drivers without one: images made for others,
    /// cards that were taken out or given to somebody else, `CUDA_VISIBLE_DEVICES` set to nothing.
    private static var hasDevice: Bool {
        typealias Initialize = @convention(c) (UInt32) -> CInt
        typealias CountDevices = @convention(c) (UnsafeMutablePointer<CInt>) -> CInt
        guard let driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL), let initialize = dlsym(driver, "cuInit"),
            let countDevices = dlsym(driver, "cuDeviceGetCount")
        else { return false }
        var count: CInt = 0
        // The driver's interface has been these two functions, with 0 for success, since CUDA 2.
        return unsafeBitCast(initialize, to: Initialize.self)(0) == 0
            && unsafeBitCast(countDevices, to: CountDevices.self)(&count) == 0 && count > 0
    }
}
