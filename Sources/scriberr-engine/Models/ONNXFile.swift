import Foundation

/// What can be read of an ONNX file without loading it: its metadata and the shapes of its outputs. The file is a
/// protocol buffer (onnx.proto3); weights are skipped, so that a gigabyte takes no time.
struct ONNXFile {
    /// `metadata_props` of the model.
    private(set) var metadata: [String: String] = [:]
    /// The last dimension of each output, nil where it is not a fixed number.
    private(set) var lastDimensions: [Int?] = []
    /// Names of the inputs, weights left out.
    private(set) var inputs: [String] = []
    /// Sizes of each input's axes, nil where they are not fixed; empty where the file tells no shape.
    private(set) var inputDimensions: [[Int?]] = []

    struct Damaged: Error {}

    /// Reads the file at `path`; throws ``Damaged`` when it ends too early or is something else.
    init(path: String) throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else { throw Damaged() }
        try data.withUnsafeBytes { bytes in
            var hasGraph = false
            try ProtocolBuffer(bytes[...]).forEach { field in
                switch (field.number, field.payload) {
                case (7, .bytes(let graph)):
                    hasGraph = true
                    try readGraph(graph)
                case (14, .bytes(let entry)): try readMetadata(entry)
                default: break
                }
            }
            guard hasGraph else { throw Damaged() }
        }
    }

    /// The metadata under `key` as a whole number.
    func number(_ key: String) -> Int? { metadata[key].flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } }

    private mutating func readGraph(_ graph: Slice<UnsafeRawBufferPointer>) throws {
        try ProtocolBuffer(graph).forEach { field in
            switch (field.number, field.payload) {
            case (11, .bytes(let input)):
                inputs.append(try name(of: input))
                inputDimensions.append(try dimensions(of: input))
            case (12, .bytes(let output)): lastDimensions.append(try dimensions(of: output).last ?? nil)
            default: break
            }
        }
    }

    private mutating func readMetadata(_ entry: Slice<UnsafeRawBufferPointer>) throws {
        var (key, value) = ("", "")
        try ProtocolBuffer(entry).forEach { field in
            guard case .bytes(let bytes) = field.payload else { return }
            if field.number == 1 { key = String(decoding: bytes, as: UTF8.self) }
            if field.number == 2 { value = String(decoding: bytes, as: UTF8.self) }
        }
        metadata[key] = value
    }

    private func name(of value: Slice<UnsafeRawBufferPointer>) throws -> String {
        guard let bytes = try ProtocolBuffer(value).last(1) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// ValueInfoProto.type (2) . tensor_type (1) . shape (2) . dim (1) . dim_value (1)
    private func dimensions(of value: Slice<UnsafeRawBufferPointer>) throws -> [Int?] {
        guard let type = try ProtocolBuffer(value).last(2), let tensor = try ProtocolBuffer(type).last(1),
            let shape = try ProtocolBuffer(tensor).last(2)
        else { return [] }
        var sizes: [Int?] = []
        try ProtocolBuffer(shape).forEach { field in
            guard field.number == 1, case .bytes(let dimension) = field.payload else { return }
            var size: Int?
            try ProtocolBuffer(dimension).forEach { field in
                if field.number == 1, case .number(let value) = field.payload { size = Int(exactly: value) }
            }
            sizes.append(size)
        }
        return sizes
    }
}

/// Walks the fields of a protocol buffer.
private struct ProtocolBuffer {
    private let bytes: Slice<UnsafeRawBufferPointer>

    init(_ bytes: Slice<UnsafeRawBufferPointer>) { self.bytes = bytes }

    struct Field {
        var number: Int
        var payload: Payload
    }

    enum Payload {
        case number(UInt64)
        case bytes(Slice<UnsafeRawBufferPointer>)
        case other
    }

    func forEach(_ body: (Field) throws -> Void) throws {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let tag = try readNumber(&index)
            let number = Int(truncatingIfNeeded: tag >> 3)
            guard number > 0 else { throw ONNXFile.Damaged() }
            switch tag & 7 {
            case 0: try body(Field(number: number, payload: .number(try readNumber(&index))))
            case 1: try skip(8, &index)
            case 2:
                let start = index
                let count = try readNumber(&index)
                guard count <= UInt64(bytes.endIndex - index), start < index else { throw ONNXFile.Damaged() }
                let end = index + Int(count)
                try body(Field(number: number, payload: .bytes(bytes[index..<end])))
                index = end
            case 5: try skip(4, &index)
            default: throw ONNXFile.Damaged()
            }
        }
    }

    /// The last field with a number, when it holds bytes.
    func last(_ number: Int) throws -> Slice<UnsafeRawBufferPointer>? {
        var found: Slice<UnsafeRawBufferPointer>?
        try forEach { if $0.number == number, case .bytes(let bytes) = $0.payload { found = bytes } }
        return found
    }

    private func skip(_ count: Int, _ index: inout Int) throws {
        guard bytes.endIndex - index >= count else { throw ONNXFile.Damaged() }
        index += count
    }

    private func readNumber(_ index: inout Int) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard index < bytes.endIndex else { throw ONNXFile.Damaged() }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw ONNXFile.Damaged()
    }
}
