import HTTPTypes

extension HTTPFields {
    /// Adds what every answer carries: its request's name, the date, and what keeps browsers from guessing, framing and keeping.
    mutating func addSafety(requestID: String) {
        append(HTTPField(name: .requestID, value: requestID))
        append(HTTPField(name: .date, value: HTTPDate.now))
        append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
        append(HTTPField(name: .referrerPolicy, value: "no-referrer"))
        append(HTTPField(name: .frameOptions, value: "DENY"))
        addUnlessThere(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
        addUnlessThere(.cacheControl, "private, no-cache")
    }

    /// Adds a field unless there is one of this name.
    mutating func addUnlessThere(_ name: HTTPField.Name, _ value: @autoclosure () -> String) {
        if first(name) == nil { append(HTTPField(name: name, value: value())) }
    }

    /// The value of the first field of this name. The subscript joins all of them, which takes several times as long.
    func first(_ name: HTTPField.Name) -> String? {
        for field in self where field.name == name { return field.value }
        return nil
    }
}
