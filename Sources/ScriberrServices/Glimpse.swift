import ScriberrStore

/// A look at the database that waits for nothing, on one consistent view. Valid only in the closure that received it.
package struct Glimpse {
    let db: any SQLConnection
}

extension Services {
    /// What `body` finds in a look at a few rows, on the caller's thread; nil, without a call of it, where the database cannot
    /// answer at once.
    package func glimpse<Value>(_ body: (Glimpse) throws -> Value?) throws -> Value? {
        try transcriptions.database.readAtOnce { try body(Glimpse(db: $0)) } ?? nil
    }
}
