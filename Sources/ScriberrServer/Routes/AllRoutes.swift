extension Route {
    /// Every operation of the API. The OpenAPI document is tested against this list.
    static let all: [Route] =
        health + authentication + apiKeys + files + transcriptions + results + events + profiles + settings + models
        + administration + signing
        + uploads
        + webhooks
        + diarizations
        + bundles
        + docs
        + workers
        + retention
        + sessions + edits + waveforms + pauses + recordings
}
