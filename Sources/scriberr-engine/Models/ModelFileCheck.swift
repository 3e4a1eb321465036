import Foundation
import ScriberrCore
import ScriberrEngineWire

/// What is looked at in a model's files before a library sees them: it may end the process where we can still explain.
enum ModelFileCheck {
    /// The path of the file with `role`, which must exist.
    static func file(_ role: String, of model: ModelFiles) throws -> String {
        guard let path = model.files[role] else { throw missing(role, model.id) }
        try requireFile(path, orThrow: missing(role, model.id))
        return path
    }

    /// The path of the folder with `role`, which must exist.
    static func folder(_ role: String, of model: ModelFiles) throws -> String {
        guard let path = model.files[role] else { throw missing(role, model.id) }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw missing(role, model.id)
        }
        return path
    }

    /// The path of the ONNX file with `role`.
    static func onnx(_ role: String, of model: ModelFiles) throws -> String {
        let path = try file(role, of: model)
        guard looksLikeONNX(path) else { throw damaged(role, model.id) }
        return path
    }

    static func requireONNX(_ path: String, role: String) throws {
        let missing = ScriberrError(.modelUnavailable, "The \(role)'s model file is missing; run make setup.")
        try requireFile(path, orThrow: missing)
        guard looksLikeONNX(path) else {
            throw ScriberrError(.modelCorrupt, "The \(role)'s model is damaged; download it again.")
        }
    }

    static func damaged(_ role: String, _ model: String, detail: String? = nil) -> ScriberrError {
        ScriberrError(
            .modelCorrupt,
            "The file '\(role)' of model '\(model)' is damaged; remove the model and download it again.",
            detail: detail
        )
    }

    private static func missing(_ role: String, _ model: String) -> ScriberrError {
        ScriberrError(.modelUnavailable, "The file '\(role)' of model '\(model)' is missing; download the model again.")
    }

    private static func requireFile(_ path: String, orThrow error: ScriberrError) throws {
        var isFolder: ObjCBool = false
        guard path.hasPrefix("/"), FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isReadableFile(atPath: path)
        else { throw error }
    }

    /// Whether a file is in ONNX Runtime's own format, which has its name at byte 4.
    static func isORT(_ path: String) -> Bool { head(of: path)?[4..<8].elementsEqual("ORTM".utf8) ?? false }

    /// An ONNX file is a protocol buffer that starts with the field `ir_version`.
    private static func looksLikeONNX(_ path: String) -> Bool {
        guard let head = head(of: path) else { return false }
        return head[0] == 0x08 && head[1] < 0x20 || isORT(path)
    }

    /// The first eight bytes, when there are as many.
    private static func head(of path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // A file that was only read has nothing to lose at its end.
        defer { try? file.close() }
        let head = try? file.read(upToCount: 8)
        return head?.count == 8 ? head : nil
    }
}
