/// Hears every message as soon as it is read from the log, in order.
package protocol FeedListener: AnyObject, Sendable {
    /// Takes the newest messages. Called on a thread that reads for everybody: hand them on at once and never block.
    func hear(_ messages: [FeedMessage])
    /// No more messages come.
    func feedHasClosed()
}
