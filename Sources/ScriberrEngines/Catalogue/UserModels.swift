import Foundation
import ScriberrEngineWire

/// Models that a user has put beside ours: folders with a card named `model.json`, such as
/// `{"id": "my-model", "name": "Mine", "family": "nemo_ctc", "languages": ["en"], "files": {"model": "model.onnx", "tokens": "tokens.txt"}}`.
///
/// A card that cannot be used is passed over: `problems` says why.
struct UserModels {
    private(set) var all: [(model: CatalogueModel, folder: String)] = []
    private(set) var problems: [String] = []

    static let cardName = "model.json"
    private static let cardBytesMax = 65_536

    /// Reads the cards one level below `folders`.
    init(folders: [String]) {
        for folder in folders {
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
                read("\(folder)/\(name)")
            }
        }
    }

    private mutating func read(_ folder: String) {
        let path = "\(folder)/\(Self.cardName)"
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        do {
            guard bytes.count <= Self.cardBytesMax else { throw CardProblem("the card is too large") }
            let model = try JSONDecoder().decode(UserModelCard.self, from: bytes).model()
            guard !all.contains(where: { $0.model.id == model.id }) else { throw CardProblem("there are two of that id") }
            all.append((model, folder))
        } catch let problem as CardProblem {
            problems.append("\(path): \(problem.text)")
        } catch {
            problems.append("\(path): not a model card: \(error)")
        }
    }
}

private struct CardProblem: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

private struct UserModelCard: Decodable {
    var id: String
    var name: String?
    var family: ModelFamily
    var languages: [String]?
    var capabilities: [String]?
    var licence: String?
    var files: [String: String]
    var parameters: [String: String]?

    func model() throws -> CatalogueModel {
        guard isName(id) else { throw CardProblem("an id has up to 64 of a-z, 0-9, dot, dash and underscore") }
        guard !KnownModels.all.contains(where: { $0.id == id }) else { throw CardProblem("the id \(id) is taken") }
        for path in files.values where !isInside(path) { throw CardProblem("a file must lie inside the model's folder") }
        let missing = ModelRoles.required(family).subtracting(files.keys).sorted()
        guard missing.isEmpty else { throw CardProblem("files are missing: \(missing.joined(separator: ", "))") }
        return CatalogueModel(
            id: id,
            name: name ?? id,
            family: family,
            languages: languages ?? [],
            capabilities: capabilities ?? (family == .diarization ? ["diarization"] : ["transcription", "word_timestamps"]),
            licence: licence ?? "",
            sources: [],
            files: files,
            parameters: parameters ?? [:]
        )
    }

    private func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && !text.hasPrefix(".")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    private func isInside(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..") && !path.contains("\0")
    }
}
