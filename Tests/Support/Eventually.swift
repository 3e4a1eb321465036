/// Waits until `condition` holds; false when it did not within `limit` of real time, which is there for failures only: long enough
/// for a machine that has much else to do.
public func eventually(within limit: Duration = .seconds(180), _ condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if await condition() { return true }
        // Lets others run; how long does not matter.
        try? await Task.sleep(for: .milliseconds(1))
    }
    return await condition()
}
