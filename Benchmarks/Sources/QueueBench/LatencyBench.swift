import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// How long it takes from the moment a caller asks until its job runs, with a worker free; acceptance is part of it.
///
/// `backlog=none` is an idle queue. `backlog=NAME` opens the file of that name, in which one owner waits with many jobs
/// (``fill(_:)``); that owner may run one at a time, so that the others find the second worker free.
func measureLatency(_ order: Order) async throws {
    let backlog = order.text("backlog", "none")
    let isIdle = backlog == "none"
    let bench = try await BenchStore(order, file: isIdle ? "latency" : backlog)
    let flooder = bench.owners[0]
    var configuration = QueueConfiguration(workers: isIdle ? 1 : 2)
    if !isIdle { configuration.maxRunningPerOwner = 1 }
    let handler = NotingHandler(held: isIdle ? nil : flooder)
    var (starts, accepts) = (Durations(), Durations())
    try await withWorkers(configuration, bench.database, handler) {
        if !isIdle { try await handler.waits { $0.span.count >= 1 } }
        try await Task.sleep(for: .milliseconds(300))
        for number in 0..<order.number("jobs", 80) {
            let job = bench.newJob(number, owner: bench.owners[1 + number % (bench.owners.count - 1)])
            let asked = ContinuousClock.now
            try await bench.enqueue(job)
            accepts.add(ContinuousClock.now - asked)
            try await Task.sleep(for: .milliseconds(25))
            try await handler.waits { $0.start(of: job.id) != nil }
            if let start = handler.start(of: job.id) { starts.add(start - asked) }
        }
    }
    await bench.close()
    report("latency", [("backlog", backlog)], starts.figures("started") + accepts.figures("accepted"))
}
