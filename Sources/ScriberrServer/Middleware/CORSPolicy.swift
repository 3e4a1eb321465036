import HTTPTypes

/// Which other origins browsers may call from: those that are configured, matched exactly, and none by default.
struct CORSPolicy: Sendable {
    private let allowed: Set<String>

    init(allowed: Set<String>) { self.allowed = allowed }

    /// Adds what a browser needs to hand the answer to a page of an allowed origin.
    func decorate(_ headers: inout HTTPFields, origin: String?, isPreflight: Bool) {
        if !allowed.isEmpty { headers.append(HTTPField(name: .vary, value: "Origin")) }
        guard let origin, allowed.contains(origin) else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
        guard isPreflight else {
            headers[.accessControlExposeHeaders] =
                "X-Request-ID, Idempotency-Replayed, Retry-After, ETag, Content-Range, Accept-Ranges, Content-Disposition, "
                + "Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, "
                + "Upload-Metadata, Upload-Expires, Upload-File-ID"
            return
        }
        headers[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        headers[.accessControlAllowHeaders] =
            "Origin, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-API-Key, X-Request-ID, "
            + "Idempotency-Key, Last-Event-ID, Range, If-None-Match, If-Modified-Since, If-Range, "
            + "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, X-HTTP-Method-Override"
        headers[.accessControlMaxAge] = "600"
    }

    /// Whether a page of `origin` is our own or configured.
    func trusts(_ origin: String, host: String?) -> Bool {
        if allowed.contains(origin) { return true }
        guard let host, let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }
}
