import Foundation

extension JSONDecoder {
    /// Decodes what is JSON to the letter. Throws a `DecodingError` for everything else.
    package func decodeStrictly<Value: Decodable>(_ type: Value.Type = Value.self, from bytes: [UInt8]) throws -> Value {
        guard JSONGrammar.holds(bytes) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "The bytes are not JSON."))
        }
        return try decode(Value.self, from: Data(bytes))
    }
}
