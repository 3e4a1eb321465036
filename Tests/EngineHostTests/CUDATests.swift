import Foundation
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

/// Whether the host says that it has CUDA.
@Suite struct CUDATests {
    @Test func `a driver without a device is no CUDA, one with a device is`() async throws {
        try await withTemporaryFolder { folder in
            let native = folder + "/native"
            try linkNative(to: native)
            try build("libcudnn.so.9", "int cudnn;", in: folder)
            for (driver, expected) in [
                ("int cuInit(unsigned f) { return 100; } int cuDeviceGetCount(int *n) { *n = 0; return 0; }", ["cpu"]),
                ("int cuInit(unsigned f) { return 0; } int cuDeviceGetCount(int *n) { *n = 0; return 0; }", ["cpu"]),
                ("int nothing;", ["cpu"]),
                ("int cuInit(unsigned f) { return 0; } int cuDeviceGetCount(int *n) { *n = 1; return 0; }", ["cpu", "cuda"]),
            ] {
                try build("libcuda.so.1", driver, in: folder)
                let environment = ["SCRIBERR_NATIVE_DIR": native, "LD_LIBRARY_PATH": folder]
                let devices = try await HostProcess.run(environment: environment) { _, reports in
                    reports.first { $0.name == "sherpa-onnx" }?.devices
                }
                #expect(devices == expected, "\(driver)")
            }
        }
    }

    /// The libraries as they are, and a file that makes them look like a build for CUDA.
    private func linkNative(to native: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: native + "/sherpa-onnx/lib", withIntermediateDirectories: true)
        let libraries = Folders.native + "/sherpa-onnx/lib"
        for name in try files.contentsOfDirectory(atPath: libraries) {
            try files.createSymbolicLink(
                atPath: "\(native)/sherpa-onnx/lib/\(name)",
                withDestinationPath: "\(libraries)/\(name)"
            )
        }
        _ = files.createFile(atPath: native + "/sherpa-onnx/lib/libonnxruntime_providers_cuda.so", contents: nil)
    }

    private func build(_ library: String, _ code: String, in folder: String) throws {
        try code.write(toFile: folder + "/code.c", atomically: true, encoding: .utf8)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", "\(folder)/\(library)", folder + "/code.c"]
        try launch(compiler)
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
    }
}
