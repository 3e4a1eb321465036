/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
    /// In the order that was asked for.
    package var items: [Item]
    /// Where the next page starts; nil on the last.
    package var nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
