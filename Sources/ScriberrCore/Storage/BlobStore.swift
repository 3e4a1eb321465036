/// Where recordings lie: a folder or a bucket. Keys are made by us, never taken from a client. While the whole place is out of reach,
/// every call throws `STORAGE_FAILED`: nothing is missing then.
public protocol BlobStore: Sendable {
    /// Starts a new blob under `key`. Nothing is visible until ``BlobWriter/commit()``.
    func create(_ key: String) async throws -> any BlobWriter
    /// The blob's length in bytes; nil when there is none.
    func size(of key: String) async throws -> Int64?
    /// Reads bytes `range` in pieces, in order, each handed to `body`. Throws `MEDIA_MISSING` when there is no such blob.
    func read(_ key: String, range: Range<Int64>, body: (ArraySlice<UInt8>) async throws -> Void) async throws
    /// A local file with the blob's bytes, for programs that need a path. Calls `onBytes` as they come from elsewhere. Throws
    /// `MEDIA_MISSING`.
    func localCopy(of key: String, onBytes: @Sendable () -> Void) async throws -> LocalCopy
    /// Removes the blob; no error when there is none.
    func remove(_ key: String) async throws
    /// Removes what unfinished writes of dead processes left behind. Called once at start, before any write.
    func removeLeftovers() async throws
}

extension BlobStore {
    /// A local file with the blob's bytes. Throws `MEDIA_MISSING`.
    public func localCopy(of key: String) async throws -> LocalCopy { try await localCopy(of: key, onBytes: {}) }
}

/// A blob's bytes as a local file. The file stays where it is for as long as this value lives.
public struct LocalCopy: Sendable {
    /// Where the file lies.
    public let path: String
    /// Keeps the file from being cleared away; nil when nobody would.
    private let hold: (any Sendable)?

    /// `hold` is kept alive with this value.
    public init(path: String, hold: (any Sendable)? = nil) {
        self.path = path
        self.hold = hold
    }
}

/// A blob that is being written: bytes go straight to their final place and are hashed on the way.
public protocol BlobWriter: Sendable {
    /// Appends bytes. Throws `STORAGE_FULL` when there is no room.
    func write(_ bytes: some Collection<UInt8> & Sendable) async throws
    /// A local file with the bytes written so far, for probing before ``commit()``.
    func finishedLocalPath() async throws -> String
    /// Tells size and hash of the bytes written. Nothing can be written after it; nothing is visible yet.
    func finish() async throws -> BlobReceipt
    /// Makes the blob durable and visible, and tells its size and hash.
    func commit() async throws -> BlobReceipt
    /// Throws the bytes away. Harmless after ``commit()``.
    func abort() async
}

/// What was stored.
public struct BlobReceipt: Sendable, Hashable {
    /// Length in bytes.
    public var sizeBytes: Int64
    /// What the bytes hash to: the algorithm, a colon and its hexadecimal digits.
    public var contentHash: String

    /// Makes a receipt.
    public init(sizeBytes: Int64, contentHash: String) {
        self.sizeBytes = sizeBytes
        self.contentHash = contentHash
    }
}
