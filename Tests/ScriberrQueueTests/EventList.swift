import Synchronization

@testable import ScriberrQueue

/// What was reported, by name.
final class EventList: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock(\.self) }

    func add(_ event: QueueEvent) {
        let name =
            switch event {
            case .taken(let id, _): "taken \(id.number)"
            case .withdrawn(let id): "withdrawn \(id.number)"
            case .answered(let id, _): "answered \(id.number)"
            default: "other"
            }
        list.withLock { $0.append(name) }
    }
}
