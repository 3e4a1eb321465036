import Foundation
import ScriberrEngineWire

/// Whether Moonshine's files are what their roles say. Its files have no metadata, and when a step of it fails the library
/// says that nothing was said.
enum RoleCheck {
    /// How many inputs each file has. The second decoder has states behind its three.
    private static let inputs: [String: ClosedRange<Int>] = [
        "preprocessor": 1...1, "encoder": 2...2, "uncached_decoder": 3...3, "cached_decoder": 4...1_000,
    ]
    /// What the library looks for in the names of the merged decoder's inputs.
    private static let stateName = Data("key_values".utf8)

    /// The role of a file that is another one, and what is wrong with it, for the log; nil when nothing is.
    static func fault(in files: [String: ONNXFile], of model: ModelFiles) throws -> (role: String, fault: String)? {
        guard model.family == .moonshine else { return nil }
        guard model.files["merged_decoder"] == nil else {
            return try ["merged_decoder", "encoder"].first { try hasStates(model.files[$0]) != ($0 == "merged_decoder") }
                .map { ($0, "has the inputs of another file") }
        }
        return inputs.first { role, count in files[role].map { !count.contains($0.inputs.count) } ?? false }
            .map { ($0.key, "has the inputs of another file") }
    }

    /// Names stand in a file as they are, in either format.
    private static func hasStates(_ path: String?) throws -> Bool {
        guard let path else { return false }
        return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped).range(of: stateName) != nil
    }
}
