import ScriberrCore

/// Finds what is needed in the small XML answers of a bucket's server.
enum S3Text {
    /// The text of the first element of this name; nil when there is none.
    static func first(_ name: String, in xml: some StringProtocol) -> String? { all(name, in: xml).first.map(unescaped) }

    /// The contents of every element of this name, markup included. Elements of a name are not nested in these answers.
    static func all(_ name: String, in xml: some StringProtocol) -> [String] {
        var found: [String] = []
        var rest = String(xml)[...]
        while let start = rest.firstRange(of: "<\(name)>"), let end = rest[start.upperBound...].firstRange(of: "</\(name)>") {
            found.append(String(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#34;", with: "\"").replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }
}

/// What a bucket's server refused.
struct S3Failure: Error {
    let status: UInt
    /// The code in the answer's body, such as `NoSuchKey`; nil when there was none.
    let code: String?

    init(status: UInt, body: String) {
        self.status = status
        code = S3Text.first("Code", in: body)
    }

    var isMissing: Bool { status == 404 && code != "NoSuchBucket" && code != "NoSuchUpload" }

    /// Whether the same request may succeed in a moment.
    var mayPass: Bool {
        switch status {
        case 408, 425, 429, 500, 502, 503, 504: true
        case 400: code == "RequestTimeout"
        case 409: code == "OperationAborted"
        default: false
        }
    }

    /// The failure as the rest of the house knows it.
    var error: ScriberrError {
        let detail = "bucket: status \(status)" + (code.map { ", \($0)" } ?? "")
        if isMissing { return .missingRecording }
        let fullCodes: Set = ["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "StorageLimitExceeded"]
        if status == 507 || code.map(fullCodes.contains) == true {
            return ScriberrError(.storageFull, "There is no room left to store this.", detail: detail)
        }
        return ScriberrError(.storageFailed, "Storage failed for a moment.", detail: detail)
    }
}
