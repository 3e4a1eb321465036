import HTTPTypes

extension HTTPFields {
    /// Adds what every answer carries: its request's name, the date, and what keeps browsers from guessing, framing and keeping.
    mutating func addSafety(requestID: String) {
        self[.requestID] = requestID
        self[.date] = HTTPDate.now
        self[.xContentTypeOptions] = "nosniff"
        self[.referrerPolicy] = "no-referrer"
        self[.frameOptions] = "DENY"
        if self[.contentSecurityPolicy] == nil { self[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'" }
        if self[.cacheControl] == nil { self[.cacheControl] = "private, no-cache" }
    }
}
