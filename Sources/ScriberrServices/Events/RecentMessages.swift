/// The newest messages of the log, in order, for readers that keep up. Others read the log itself.
struct RecentMessages {
    /// Everything behind this place that the log holds up to ``end`` is kept here.
    private(set) var start: Int64
    /// The newest place that was looked at.
    private(set) var end: Int64
    private var messages: [FeedMessage] = []
    private let limit: Int

    init(from place: Int64, limit: Int) {
        start = place
        end = place
        self.limit = limit
    }

    mutating func append(_ new: [FeedMessage]) {
        messages += new
        if let last = new.last { end = max(end, last.sequence) }
        guard messages.count > limit else { return }
        let surplus = messages.count - limit / 2
        start = messages[surplus - 1].sequence
        messages.removeFirst(surplus)
    }

    /// What a reader at `place` gets next, and the place that it has reached then. Nil when that is no longer kept here.
    func next(after place: Int64, _ wants: (FeedMessage) -> Bool) -> (message: FeedMessage?, place: Int64)? {
        guard place >= start else { return nil }
        for message in messages[index(after: place)...] where wants(message) { return (message, message.sequence) }
        return (nil, max(place, end))
    }

    private func index(after place: Int64) -> Int {
        var (low, high) = (0, messages.count)
        while low < high {
            let middle = (low + high) / 2
            if messages[middle].sequence > place { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
