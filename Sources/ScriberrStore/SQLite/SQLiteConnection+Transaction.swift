extension SQLiteConnection {
    /// Starts a transaction that may write. Taking the lock at once is what makes waiting for another process possible: a
    /// transaction that read before it writes is refused without any wait.
    func begin() throws { try execute("BEGIN IMMEDIATE", []) }

    /// Starts a transaction that only reads, on a consistent view. It holds up no writer.
    func beginReading() throws { try execute("BEGIN DEFERRED", []) }

    /// Runs `body` on a consistent view of the database.
    func inReading<Value>(_ body: (SQLiteConnection) throws -> Value) throws -> Value {
        try beginReading()
        do {
            let value = try body(self)
            try commit()
            return value
        } catch {
            abandon()
            throw error
        }
    }

    func commit() throws { try execute("COMMIT", []) }

    /// Undoes the transaction, if SQLite has not done so itself, and starts over.
    func startOver() throws {
        dropActions(beyond: 0)
        if !lostTransaction { try execute("ROLLBACK", []) }
        try begin()
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    func abandon() {
        dropActions(beyond: 0)
        guard !lostTransaction else { return }
        do {
            try execute("ROLLBACK", [])
        } catch {
            // Only a broken connection refuses a rollback; the next transaction on it fails and says why.
        }
    }

    /// Runs `body` so that its writes, and only its writes, are undone when it throws.
    func inSavepoint<Value>(_ body: (SQLiteConnection) throws -> Value) throws -> Value {
        let actions = actionCount
        try execute("SAVEPOINT one", [])
        do {
            let value = try body(self)
            try execute("RELEASE one", [])
            return value
        } catch {
            dropActions(beyond: actions)
            if !lostTransaction {
                try execute("ROLLBACK TO one", [])
                try execute("RELEASE one", [])
            }
            throw error
        }
    }

    /// Runs `body` in a transaction of its own. What waited for the commit is the caller's to run.
    func inTransaction<Value>(_ body: (SQLiteConnection) throws -> Value) throws -> Value {
        try begin()
        let value: Value
        do {
            value = try body(self)
            try commit()
        } catch {
            abandon()
            throw error
        }
        return value
    }
}
