import Foundation
import ScriberrEngineWire

/// PocketSphinx with Debian's model of US English.
let pocketSphinx: ModelFiles = {
    let folder = "/usr/share/pocketsphinx/model/en-us/"
    return ModelFiles(
        id: "pocketsphinx-en-us",
        family: .pocketsphinx,
        files: ["hmm": folder + "en-us", "dict": folder + "cmudict-en-us.dict", "lm": folder + "en-us.lm.bin"]
    )
}()

func order(
    _ audio: String,
    model: ModelFiles = pocketSphinx,
    name: String = "order",
    _ change: (inout TranscribeOrder) -> Void = { _ in }
) -> TranscribeOrder {
    var order = TranscribeOrder(order: name, audioPath: audio, model: model, vadModelPath: Folders.voiceDetector)
    change(&order)
    return order
}

/// Writes 16-bit samples at 16 kHz as a wave file.
func writeWave(_ samples: [Int16], to path: String) throws {
    var data = Data()
    func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
    let bytes = samples.count * 2
    data.append(contentsOf: "RIFF".utf8)
    append(UInt32(36 + bytes))
    data.append(contentsOf: "WAVEfmt ".utf8)
    [UInt32(16), 0x0001_0001, 16_000, 32_000, 0x0010_0002].forEach(append)
    data.append(contentsOf: "data".utf8)
    append(UInt32(bytes))
    samples.forEach(append)
    try data.write(to: URL(fileURLWithPath: path))
}

/// The samples of a wave file as ``writeWave(_:to:)`` writes it.
func readWave(_ path: String) throws -> [Int16] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(44)
    return stride(from: data.startIndex, to: data.endIndex - 1, by: 2).map {
        Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8)
    }
}

/// Makes a film at `path` with a still picture from 0 on and the sound of a wave file from `seconds` on.
func lateSound(_ audio: String, by seconds: Double, in path: String) throws {
    let encoder = Process()
    encoder.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
    encoder.arguments =
        ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "color=s=64x64:r=2:d=30"]
        + ["-itsoffset", "\(seconds)", "-i", audio, "-c:v", "mjpeg", "-c:a", "flac", path]
    try encoder.run()
    encoder.waitUntilExit()
    guard encoder.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
}
