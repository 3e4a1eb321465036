/// A store that clients can fetch blobs from by themselves.
package protocol DirectDownloads: Sendable {
    /// An address from which anybody can fetch the blob for `seconds`, named and typed as given.
    func downloadURL(of key: String, seconds: Int, mimeType: String, disposition: String) -> String
}

extension S3BlobStore: DirectDownloads {}
