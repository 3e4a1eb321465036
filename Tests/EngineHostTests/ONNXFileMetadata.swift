import Foundation
import ScriberrEngineWire

@testable import scriberr_engine

/// What tests know and change of the metadata in an ONNX file.
enum ONNXFileMetadata {
    /// Keys that the host asks for in a file.
    static func needed(_ family: ModelFamily, _ role: String) -> [String] {
        Family.of(ModelFiles(id: "", family: family, files: [:]))?.metadata[role] ?? []
    }

    /// Whether any text will do as a value.
    static func isText(_ key: String) -> Bool { ["normalize_type", "model_type", "sot_sequence"].contains(key) }

    /// The file without `key`: it has another name of the same length.
    static func renamed(_ data: Data, _ key: String) -> Data? {
        guard let range = entry(key, in: data) else { return nil }
        var data = data
        data[range.lowerBound] = UInt8(ascii: "?")
        return data
    }

    /// The file with another value of the same length that is no number.
    static func spoiled(_ data: Data, _ key: String) -> Data? {
        guard let range = entry(key, in: data), data[range.upperBound] == 0x12 else { return nil }
        var data = data
        // The length is a number of 7 bits a byte.
        var start = range.upperBound + 1
        while data[start] >= 0x80 { start += 1 }
        data[start + 1] = UInt8(ascii: "x")
        return data
    }

    /// Where the key of an entry stands: behind its own length, and before the field of its value.
    private static func entry(_ key: String, in data: Data) -> Range<Int>? {
        let mark = Data([0x0a, UInt8(key.utf8.count)]) + Data(key.utf8) + Data([0x12])
        return data.range(of: mark, options: .backwards).map { ($0.lowerBound + 2)..<($0.upperBound - 1) }
    }
}

/// Tokens that a family cannot be without.
enum TokenNeeds {
    static func of(_ family: ModelFamily) -> [String] {
        Family.of(ModelFiles(id: "", family: family, files: [:]))?.tokens ?? []
    }
}
