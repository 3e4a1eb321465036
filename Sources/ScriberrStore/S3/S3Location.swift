import Foundation

/// Which bucket, where, and how its server is spoken to.
package struct S3Location: Sendable, Hashable {
    /// The bucket's name.
    package var bucket: String
    /// What every key of ours starts with; empty or ending in `/`.
    package var prefix: String
    /// The region that signatures name.
    package var region: String
    /// Scheme, host and port of the server, without a path.
    package var endpoint: String
    /// Whether the bucket stands in the path (`https://host/bucket/key`) and not in the host name (`https://bucket.host/key`).
    package var usesPathStyle: Bool

    /// Reads `s3://bucket/prefix?endpoint=https://host&region=eu-central-1&path_style=true`.
    ///
    /// Without an endpoint it is Amazon's of that region. Own endpoints get the bucket in the path unless said otherwise, since
    /// few of them answer to a host name for each bucket. Nil when the text is nothing of that kind.
    package init?(_ text: String, defaultRegion: String? = nil, defaultEndpoint: String? = nil) {
        guard let parts = URLComponents(string: text), parts.scheme == "s3", let bucket = parts.host,
            Self.isBucketName(bucket), parts.port == nil, parts.user == nil, parts.fragment == nil
        else { return nil }
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard ["endpoint", "region", "path_style"].contains(item.name), let value = item.value, !value.isEmpty else {
                return nil
            }
            options[item.name] = value
        }
        let region = options["region"] ?? defaultRegion ?? "us-east-1"
        guard Self.isRegion(region) else { return nil }
        let ownEndpoint = options["endpoint"] ?? defaultEndpoint
        guard let endpoint = Self.origin(ownEndpoint ?? "https://s3.\(region).amazonaws.com") else { return nil }
        switch options["path_style"] {
        case nil: usesPathStyle = ownEndpoint != nil || bucket.contains(".")
        case "true": usesPathStyle = true
        case "false": usesPathStyle = false
        default: return nil
        }
        let folder = parts.path.split(separator: "/").joined(separator: "/")
        prefix = folder.isEmpty ? "" : folder + "/"
        (self.bucket, self.region, self.endpoint) = (bucket, region, endpoint)
    }

    /// The host of requests, with its port when that is not the scheme's own.
    var host: String {
        let host = String(endpoint.drop { $0 != "/" }.dropFirst(2))
        return usesPathStyle ? host : "\(bucket).\(host)"
    }

    /// Scheme, host and port that objects are fetched from.
    package var origin: String { "\(scheme)://\(host)" }

    /// `http` or `https`.
    var scheme: String { endpoint.hasPrefix("https:") ? "https" : "http" }

    /// The path of an object, not yet encoded; of the bucket itself when `key` is nil.
    func path(of key: String?) -> String {
        let object = key.map { prefix + $0 } ?? ""
        return usesPathStyle ? "/\(bucket)" + (object.isEmpty ? "" : "/\(object)") : "/\(object)"
    }

    /// Whether a text can be the name of a region.
    package static func isRegion(_ text: String) -> Bool {
        text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    private static func isBucketName(_ name: String) -> Bool {
        (3...63).contains(name.utf8.count) && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }

    /// Scheme, host and port of an address that has nothing else; nil for any other.
    package static func origin(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.lowercased(),
            ["http", "https"].contains(scheme), !host.isEmpty, ["", "/"].contains(parts.path), parts.query == nil,
            parts.user == nil
        else { return nil }
        let usual = scheme == "https" ? 443 : 80
        return "\(scheme)://\(host)" + (parts.port.flatMap { $0 == usual ? nil : ":\($0)" } ?? "")
    }
}

/// Who asks the bucket's server.
package struct S3Credentials: Sendable {
    /// Names the key.
    package var accessKey: String
    /// Signs; never sent.
    package var secretKey: String
    /// Sent with temporary credentials.
    package var sessionToken: String?

    /// Makes credentials.
    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        (self.accessKey, self.secretKey, self.sessionToken) = (accessKey, secretKey, sessionToken)
    }
}
