import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ScriberrCore
import ScriberrServices

/// One request on its way through a route.
struct Call: Sendable {
    /// The request as it came.
    let request: Request
    /// Names the request in answers and logs.
    let requestID: String
    /// The path's parameters, such as `id`.
    let parameters: [String: String]
    /// Where the request came from.
    let address: String
    /// Carries the request's id.
    let logger: Logger
    let intake: BodyIntake
    let proof: Authenticator.Proof?
    let server: ServerParts
    /// The right to run under this request's idempotency key; nil when it has none.
    var reservation: IdempotencyReservation?

    /// The product.
    var services: Services { server.services }
    /// The request's header fields.
    var headers: HTTPFields { request.headers }

    /// The query's parameters, decoded; the first of a name counts.
    var query: [String: String] { queryParameters(request.uri.query ?? "") }

    /// The parameter `id` as an identifier. One of another kind names nothing here.
    func id<ID: PublicID>(_ type: ID.Type = ID.self) throws -> ID {
        guard let id = parameters["id"].flatMap({ ID($0) }) else { throw ScriberrError.nothingHere }
        return id
    }

    /// The whole body. Throws `PAYLOAD_TOO_LARGE` as soon as more is declared or sent than JSON may have.
    func bodyBytes() async throws -> [UInt8] {
        try await intake.collect(upTo: server.options.jsonBytesMax)
    }

    /// The body as JSON. Throws `INVALID_REQUEST` when there is none, it is not JSON, or a value has the wrong type.
    func json<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
        try Self.decode(await bodyBytes())
    }

    /// Reads a JSON body that may be left out.
    func jsonIfPresent<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value? {
        let bytes = try await bodyBytes()
        return bytes.isEmpty ? nil : try Self.decode(bytes)
    }

    static func decode<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
        guard !bytes.isEmpty else { throw ScriberrError(.invalidRequest, "The request needs a JSON body.") }
        // Foundation looks only at the texts that are asked for.
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ScriberrError(.invalidRequest, "The request body is not UTF-8.")
        }
        do {
            return try JSONDecoder().decodeStrictly(from: bytes)
        } catch {
            throw ScriberrError(.invalidRequest, "The request body is not the JSON object that is expected here.")
        }
    }
}

/// One read as a route sees it that answers at once.
struct Glance {
    /// The path's parameters, such as `id`.
    let parameters: [String: String]
    /// The query's parameters, decoded; the first of a name counts.
    let query: [String: String]
    let server: ServerParts
    /// What can be looked at.
    let glimpse: Glimpse

    /// Jobs and their results.
    var transcriptions: TranscriptionService { server.services.transcriptions }

    /// The parameter `id` as an identifier.
    func id<ID: PublicID>(_ type: ID.Type = ID.self) throws -> ID {
        guard let id = parameters["id"].flatMap({ ID($0) }) else { throw ScriberrError.nothingHere }
        return id
    }
}

/// The parameters of a query, decoded; the first of a name counts.
func queryParameters(_ text: some StringProtocol) -> [String: String] {
    var parameters: [String: String] = [:]
    for item in text.split(separator: "&") {
        let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = decodeQuery(String(pair[0]))
        if parameters[name] == nil { parameters[name] = pair.count > 1 ? decodeQuery(String(pair[1])) : "" }
    }
    return parameters
}

private func decodeQuery(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "%") }) else { return text }
    let text = text.replacing("+", with: " ")
    return percentDecoded(text).map { String(decoding: $0, as: UTF8.self) } ?? text
}

/// What every route can reach. Shared, since a copy of all its parts for each request costs more than the request.
final class ServerParts: Sendable {
    let options: ServerOptions
    let services: Services
    let authenticator: Authenticator
    let origins: CORSPolicy
    let audience = Audience()
    let streams: StreamRegistry
    let connections: OpenConnections

    init(
        options: ServerOptions,
        services: Services,
        authenticator: Authenticator,
        origins: CORSPolicy,
        streams: StreamRegistry,
        connections: OpenConnections
    ) {
        self.options = options
        self.services = services
        self.authenticator = authenticator
        self.origins = origins
        self.streams = streams
        self.connections = connections
    }
}
