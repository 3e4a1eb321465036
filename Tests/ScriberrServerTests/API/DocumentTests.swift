import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct Document {
    private let document = OpenAPIDocument.value

    @Test func `every route is described and nothing else is`() {
        #expect(Set(Operation.all.keys) == Set(Route.all.map(\.name)))
        let described = document["paths"]?.fields.flatMap { path in
            path.value.fields.map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(described ?? []) == Set(Route.all.map(\.name)))
        #expect(Set(Route.all.map(\.operationID)).count == Route.all.count)
    }

    @Test func `every reference leads somewhere`() {
        func references(_ value: DocumentValue) -> [String] {
            switch value {
            case .array(let values): values.flatMap(references)
            case .object(let fields):
                fields.flatMap { field in
                    if field.name == "$ref", case .text(let target) = field.value { [target] } else { references(field.value) }
                }
            default: []
            }
        }
        for target in Set(references(document)) {
            let found = target.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
            #expect(found != nil, "\(target)")
        }
    }

    @Test func `every example fits its schema`() throws {
        for path in try #require(document["paths"]).fields {
            for operation in path.value.fields {
                var contents = operation.value["responses"]?.fields.compactMap { $0.value["content"] } ?? []
                contents += [operation.value["requestBody"]?["content"]].compactMap(\.self)
                for media in contents.flatMap(\.fields) {
                    guard let example = media.value["example"], let schema = media.value["schema"] else { continue }
                    #expect(misfits(example, schema) == [], "\(operation.name) \(path.name)")
                }
            }
        }
    }

    @Test func `what the server answers fits the document`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let file = try await client.upload(TestForm.recording(seed: 9))
            let profile = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"p","options":{"diarization":true}}"#)
            _ = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)
            for route in Route.all where route.method == .get && !route.pattern.text.hasSuffix("/events") {
                let id =
                    switch route.pattern.text {
                    case let path where path.contains("admin"): "user_1"
                    case let path where path.contains("files"): file
                    case let path where path.contains("profiles"): profile["id"] ?? ""
                    case let path where path.contains("models"): "whisper-base"
                    default: job
                    }
                let answer = try await client.get(route.pattern.text.replacing("{id}", with: id))
                let operation = try #require(document["paths"]?[route.pattern.text]?["get"])
                let described = try #require(operation["responses"]?[String(answer.status)], "\(route.name) \(answer.status)")
                guard let schema = described["content"]?["application/json"]?["schema"] else { continue }
                let value = try DocumentValue(json: answer.body)
                #expect(misfits(value, schema, isExact: true) == [], "\(route.name)")
            }
        }
    }

    @Test func `the document is served as JSON`() async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.anonymous.get("/api/v1/openapi.json")
            #expect(answer["openapi"] == "3.1.0")
            #expect(answer.headers["Content-Type"] == ["application/json; charset=utf-8"])
        }
    }

    @Test func `the page at docs runs its own script only and points nowhere else`() async throws {
        try await ServerWorld.run { world async throws in
            let page = try await world.anonymous.get("/docs")
            #expect(page.status == 200 && page.headers["Content-Type"] == ["text/html; charset=utf-8"])
            let policy = page.headers.first(name: "Content-Security-Policy") ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"))
            #expect(!policy.contains("unsafe"))
            for match in page.text.matches(of: /(?:src|href)="([^"]+)"/) {
                #expect(match.1.hasPrefix("/"), "\(match.1)")
                #expect(try await world.anonymous.get(String(match.1)).status == 200, "\(match.1)")
            }
            #expect(page.text.firstMatch(of: /<script[^>]*>[^<]|<style|\son[a-z]+=/) == nil)
            #expect(try await world.anonymous.get("/docs/").headers.first(name: "Location") == "/docs")
        }
    }

    /// Where a value does not fit a schema: enough of JSON Schema for what the document uses. `isExact` also finds fields that
    /// the schema does not name.
    private func misfits(_ value: DocumentValue, _ schema: DocumentValue, at place: String = "$", isExact: Bool = false)
        -> [String]
    {
        if case .text(let target)? = schema["$ref"] {
            let found = target.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
            return misfits(value, found ?? [:], at: place, isExact: isExact)
        }
        if case .array(let choices)? = schema["anyOf"] {
            let all = choices.map { misfits(value, $0, at: place, isExact: isExact) }
            return all.contains([]) ? [] : all.first ?? []
        }
        if let only = schema["const"] { return value == only ? [] : ["\(place) is not \(only)"] }
        if case .array(let choices)? = schema["enum"], !choices.contains(value) { return ["\(place) is none of the choices"] }
        guard schema["type"] == nil || typeNames(schema).contains(where: { fits(value, $0) }) else {
            return ["\(place) has the wrong type"]
        }
        switch value {
        case .object(let fields):
            let properties = schema["properties"]
            var problems: [String] = []
            if case .array(let required)? = schema["required"] {
                for case .text(let name) in required where value[name] == nil { problems.append("\(place).\(name) is missing") }
            }
            for field in fields {
                guard let inner = properties?[field.name] else {
                    if isExact, properties != nil, schema["required"] != ["openapi"] {
                        problems.append("\(place).\(field.name) is not described")
                    }
                    continue
                }
                problems += misfits(field.value, inner, at: "\(place).\(field.name)", isExact: isExact)
            }
            return problems
        case .array(let items):
            guard let inner = schema["items"] else { return [] }
            return items.flatMap { misfits($0, inner, at: place + "[]", isExact: isExact) }
        default: return []
        }
    }

    private func typeNames(_ schema: DocumentValue) -> [String] {
        switch schema["type"] {
        case .text(let name)?: [name]
        case .array(let names)?: names.compactMap { if case .text(let name) = $0 { name } else { nil } }
        default: []
        }
    }

    private func fits(_ value: DocumentValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.text, "string"), (.integer, "integer"), (.integer, "number"), (.fraction, "number"), (.truth, "boolean"),
            (.array, "array"), (.object, "object"), (.null, "null"):
            true
        default: false
        }
    }
}

extension DocumentValue: Decodable {
    /// Reads JSON.
    init(json: [UInt8]) throws { self = try JSONDecoder().decode(DocumentValue.self, from: Data(json)) }

    /// Reads any JSON value.
    public init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: Name.self) {
            self = .object(
                try fields.allKeys.map { Field(name: $0.stringValue, value: try fields.decode(DocumentValue.self, forKey: $0)) }
            )
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let truth = try? value.decode(Bool.self) {
            self = .truth(truth)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let fraction = try? value.decode(Double.self) {
            self = .fraction(fraction)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else {
            self = .array(try value.decode([DocumentValue].self))
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
