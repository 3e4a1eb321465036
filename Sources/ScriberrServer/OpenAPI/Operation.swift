/// What the document says about a route that the route itself does not.
struct Operation: Sendable {
    /// Groups operations for readers.
    var tag: String
    /// One line.
    var summary: String
    /// More, where one line is not enough.
    var details = ""
    /// Names of shared query and header parameters.
    var parameters: [String] = []
    /// What may be sent.
    var body: Content?
    /// Whether the body may be left out.
    var isBodyOptional = false
    /// The answers that are no failures, by status.
    var answers: [(status: Int, content: Content)]
    /// The failures besides those that follow from the kind of route.
    var failures: [Int] = []

    /// What a body holds.
    enum Content: Sendable {
        /// JSON of a named schema.
        case json(String, example: DocumentValue)
        /// A list of a named schema.
        case list(String, example: DocumentValue)
        /// A form with a file.
        case form(DocumentValue)
        /// JSON of a named schema, or the same as text or bytes of another media type.
        case jsonOr([String], String, example: DocumentValue)
        /// Another media type.
        case other(String, DocumentValue)
        /// Nothing.
        case none
    }
}

extension Operation.Content {
    /// The `content` object of the document; nil where there is none.
    var document: DocumentValue? {
        switch self {
        case .json(let name, let example):
            ["application/json": ["schema": ["$ref": .text("#/components/schemas/\(name)")], "example": example]]
        case .list(let name, let example):
            [
                "application/json": [
                    "schema": [
                        "type": "object", "required": ["items", "next_cursor"],
                        "properties": [
                            "items": ["type": "array", "items": ["$ref": .text("#/components/schemas/\(name)")]],
                            "next_cursor": [
                                "type": ["string", "null"], "description": "Where the next page starts; null on the last.",
                            ],
                        ],
                    ],
                    "example": ["items": [example], "next_cursor": nil],
                ]
            ]
        case .jsonOr(let others, let name, let example):
            .object(
                (Operation.Content.json(name, example: example).document?.fields ?? [])
                    + others.map { DocumentValue.Field(name: $0, value: ["schema": ["type": "string"]]) }
            )
        case .form(let schema): ["multipart/form-data": ["schema": schema]]
        case .other(let type, let schema): .object([DocumentValue.Field(name: type, value: ["schema": schema])])
        case .none: nil
        }
    }
}
