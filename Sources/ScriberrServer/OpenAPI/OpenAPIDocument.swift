import Foundation
import HTTPTypes

/// The OpenAPI 3.1 document, made from the routes themselves: security, path parameters, idempotency and the failures that
/// every route of a kind has follow from ``Route``; ``Operation`` adds what only people know.
enum OpenAPIDocument {
    /// The document's bytes, made once.
    static let bytes: [UInt8] = {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        return bytes
    }()

    static let value: DocumentValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "Scriberr", "version": "1.0.0", "license": ["name": "MIT", "identifier": "MIT"],
            "description": .text(introduction),
        ],
        "servers": [["url": "/"]],
        "security": [["bearer": []], ["apiKey": []], ["cookie": []]],
        "tags": .array(tags.map { ["name": .text($0.0), "description": .text($0.1)] }),
        "paths": paths,
        "webhooks": webhookMessages,
        "components": [
            "securitySchemes": [
                "bearer": [
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token of a login.",
                ],
                "apiKey": [
                    "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key from `/api/v1/api-keys`.",
                ],
                "cookie": [
                    "type": "apiKey", "in": "cookie", "name": "scriberr_access_token",
                    "description": "The access token as a cookie.",
                ],
                "signature": [
                    "type": "apiKey", "in": "query", "name": "signature",
                    "description": "Part of an address that `:sign-audio` made; good for that one path.",
                ],
            ],
            "parameters": DocumentValue((documentParameters + uploadParameters + webhookParameters).map { ($0.name, $0.value) }),
            "responses": DocumentValue(failures.map { ("E\($0.status)", failure($0.code, $0.text)) }),
            "schemas": DocumentValue(allSchemas.map { ($0.name, $0.value) }),
        ],
    ]

    private static var allSchemas: [DocumentValue.Field] {
        documentSchemas
            + administrationSchemas + workerSchemas
            + uploadSchemas
            + webhookSchemas
            + retentionSchemas
            + webSchemas
    }

    private static let introduction = """
        Recordings in, transcripts out. Every failure is `{"error":{"code","message","field"?,"request_id"}}`; times are RFC 3339 \
        in UTC; ids are opaque text. Requests with `Idempotency-Key` may be repeated safely for a day.
        """

    private static let tags = [
        ("System", "Whether the server lives and works."), ("Accounts", "Registration, sessions and API keys."),
        ("Files", "Recordings."), ("Retention", "Keeping and forgetting."), ("Transcriptions", "Jobs and their results."),
        ("Events", "What happens, as it happens."),
        ("Settings", "Profiles, settings and models."), ("Administration", "Accounts and the queue of all, for admins."),
    ]

    /// Paths in the order of the routes, each with its operations.
    private static var paths: DocumentValue {
        var order: [String] = []
        var operations: [String: [(String, DocumentValue)]] = [:]
        for route in Route.all {
            let path = route.pattern.text
            if operations[path] == nil { order.append(path) }
            operations[path, default: []].append((route.method.rawValue.lowercased(), operation(route)))
        }
        return DocumentValue(order.map { ($0, DocumentValue(operations[$0] ?? [])) })
    }

    private static func operation(_ route: Route) -> DocumentValue {
        guard let notes = Operation.all[route.name] else { preconditionFailure("\(route.name) is not described.") }
        var value: DocumentValue = [
            "operationId": .text(route.operationID), "tags": [.text(notes.tag)], "summary": .text(notes.summary),
        ]
        if !notes.details.isEmpty { value = value.adding("description", .text(notes.details)) }
        if let security = route.security { value = value.adding("security", security) }
        var parameters = notes.parameters
        if route.pattern.text.contains("{id}") { parameters.insert("id", at: 0) }
        if route.idempotency != .none { parameters.append("idempotencyKey") }
        if !parameters.isEmpty {
            value = value.adding("parameters", .array(parameters.map { ["$ref": .text("#/components/parameters/\($0)")] }))
        }
        if let content = notes.body?.document {
            value = value.adding("requestBody", ["required": .truth(!notes.isBodyOptional), "content": content])
        }
        return value.adding("responses", responses(route, notes))
    }

    private static func responses(_ route: Route, _ notes: Operation) -> DocumentValue {
        var responses: [(String, DocumentValue)] = notes.answers.map { answer in
            let value: DocumentValue = [
                "description": .text(answerText(answer.status)),
                "headers": ["X-Request-ID": ["schema": ["type": "string"], "description": "Names the request."]],
            ]
            return (String(answer.status), value.adding("content", answer.content.document))
        }
        let isTagged = route.method == .get && notes.answers.allSatisfy { $0.content.document?["text/event-stream"] == nil }
        if isTagged, !notes.answers.contains(where: { $0.status == 304 }) {
            responses.append(("304", ["description": .text(answerText(304))]))
        }
        for status in Set(route.usualFailures + notes.failures).sorted() {
            responses.append((String(status), ["$ref": .text("#/components/responses/E\(status)")]))
        }
        return DocumentValue(responses)
    }

    private static func answerText(_ status: Int) -> String {
        switch status {
        case 201: "Made."
        case 202: "Accepted; the work goes on."
        case 204: "Done; there is nothing to say."
        case 206: "Part of the content."
        case 304: "The copy at hand is good."
        default: "Done."
        }
    }

    private static func failure(_ code: String, _ text: String) -> DocumentValue {
        [
            "description": .text(text),
            "content": [
                "application/json": [
                    "schema": ["$ref": "#/components/schemas/Error"],
                    "example": [
                        "error": ["code": .text(code), "message": .text(text), "request_id": "req_0123456789abcdef01234567"]
                    ],
                ]
            ],
        ]
    }

    /// Every status of a failure, with a code that goes with it.
    private static let failures: [(status: Int, code: String, text: String)] = [
        (400, "INVALID_REQUEST", "The request is not understood."),
        (401, "UNAUTHORIZED", "There are no good credentials."),
        (403, "FORBIDDEN", "The credentials do not allow this."),
        (404, "NOT_FOUND", "There is no such thing, or it is somebody else's."),
        (408, "REQUEST_TIMEOUT", "The rest of the request did not come in time."),
        (409, "CONFLICT", "The present state does not allow this, or an idempotency key was used with another request."),
        (412, "PRECONDITION_FAILED", "A condition of the request does not hold."),
        (413, "PAYLOAD_TOO_LARGE", "The body is larger than allowed."),
        (415, "UNSUPPORTED_MEDIA_TYPE", "The file is neither audio nor video."),
        (416, "RANGE_NOT_SATISFIABLE", "The range lies outside the recording."),
        (422, "VALIDATION_ERROR", "A value is well formed but not allowed; `field` names it."),
        (423, "UPLOAD_LOCKED", "Another request is sending a piece of this upload."),
        (429, "TOO_MANY_REQUESTS", "Too many attempts; `Retry-After` tells how long to wait."),
        (460, "CHECKSUM_MISMATCH", "The bytes are not those that the checksum stands for."),
        (500, "INTERNAL_ERROR", "Something went wrong on the server."),
        (503, "SERVICE_UNAVAILABLE", "The server cannot do this now."),
        (507, "STORAGE_FULL", "There is no room left."),
    ]
}

extension Route {
    /// `POST /api/v1/files`: names the route in tables.
    var name: String { "\(method.rawValue) \(pattern.text)" }

    /// A name for generated clients: method and path, letters only.
    var operationID: String {
        let isVersioned = pattern.text.hasPrefix("/api/v1")
        let words = pattern.text.dropFirst(isVersioned ? 7 : 0).split { !$0.isLetter }.map(\.capitalized)
        return method.rawValue.lowercased() + (isVersioned ? "" : "Root") + words.joined()
    }

    /// Nil where the document's default holds.
    fileprivate var security: DocumentValue? {
        switch endpoint {
        case .open: []
        case .session: [["bearer": []], ["cookie": []]]
        case .scoped where takesSignedAddress: [["bearer": []], ["apiKey": []], ["cookie": []], ["signature": []]]
        case .scoped, .guest: nil
        }
    }

    /// What every route of this kind may answer.
    fileprivate var usualFailures: [Int] {
        var statuses = [500]
        switch endpoint {
        case .open: break
        case .session: statuses += [401]
        case .scoped, .guest: statuses += [401, 403]
        }
        if pattern.text.contains("{id}") { statuses.append(404) }
        if method == .post || method == .patch { statuses += [400, 408, 413, 422] }
        if idempotency != .none { statuses.append(409) }
        return statuses
    }
}
