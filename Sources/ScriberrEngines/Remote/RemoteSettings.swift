/// An OpenAI-compatible server that may be used as an engine. There is none unless somebody configures it.
package struct RemoteSettings: Sendable, Hashable {
    /// The provider's name in the registry and before the model's name.
    package var id: String
    /// Up to and without `/audio/transcriptions`, such as `https://api.openai.com/v1`.
    package var baseURL: String
    /// Sent as a bearer token; never logged.
    package var apiKey: String?
    /// The server's own names of its models.
    package var models: [String]
    /// For one recording, upload included.
    package var timeout: Duration

    package init(
        id: String = "remote",
        baseURL: String,
        apiKey: String? = nil,
        models: [String],
        timeout: Duration = .seconds(1_800)
    ) {
        self.id = id
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.models = models
        self.timeout = timeout
    }
}
