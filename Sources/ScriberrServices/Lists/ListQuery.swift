package import ScriberrCore

/// The query of a list of files: `limit`, `sort`, `cursor`, `q`, `updated_after`, `status`, `kind`.
package struct FileListQuery: Sendable {
    /// Reads the parameters of a request; others are ignored. Throws `VALIDATION_ERROR` with the parameter as field.
    package init(parameters: [String: String] = [:]) throws {}
}

/// The query of a list of transcriptions: `limit`, `sort`, `cursor`, `q`, `updated_after`, `status`.
package struct TranscriptionListQuery: Sendable {
    /// Reads the parameters of a request; others are ignored. Throws `VALIDATION_ERROR` with the parameter as field.
    package init(parameters: [String: String] = [:]) throws {}
}
