import ScriberrCore
import ScriberrEngineWire
import Testing

@testable import ScriberrEngines

/// The state machine alone: no process, no clock.
struct HostSupervisionTests {
    private let begin = ContinuousClock.now
    private let request = EngineRequest.unload

    private func after(_ seconds: Double) -> ContinuousClock.Instant { begin + .milliseconds(Int(seconds * 1_000)) }

    private var limits: HostLimits {
        var limits = HostLimits()
        limits.startUp = .seconds(10)
        limits.silence = .seconds(5)
        limits.loading = .seconds(60)
        limits.stall = .seconds(30)
        limits.diarization = .seconds(60)
        limits.stopping = .seconds(1)
        limits.leaving = .seconds(2)
        limits.memoryBytes = 1_000
        return limits
    }

    private func idle() -> HostSupervision {
        var host = HostSupervision(limits: limits)
        #expect(
            host.handle(.event(.ready(wireVersion: engineWireVersion, processID: 1, engines: [])), at: begin) == [.finish(.ready)]
        )
        return host
    }

    private func working(accepted: Bool = true, isDiarization: Bool = false) -> HostSupervision {
        var host = idle()
        let work = HostWork(order: "o", isDiarization: isDiarization)
        #expect(host.handle(.order(work, request), at: begin) == [.send(request)])
        if accepted { #expect(host.handle(.event(.accepted(order: "o")), at: begin) == []) }
        _ = host.handle(.listening, at: begin)
        return host
    }

    private func piece(_ index: Int) -> EngineEvent {
        .piece(
            order: "o",
            piece: TranscribedPiece(index: index, start: 0, end: 1, resumeAt: 1, text: "", words: [])
        )
    }

    private let report = OrderReport(audioSeconds: 1, speechSeconds: 1, processorSeconds: 1, peakMemoryBytes: 1)

    @Test func `an order goes from ready to done and the host is idle again`() {
        var host = working()
        #expect(host.handle(.event(piece(0)), at: begin) == [.deliver(piece(0))])
        #expect(host.handle(.event(.done(order: "o", report: report)), at: begin) == [.finish(.done(report))])
        #expect(host.isIdle)
    }

    @Test func `another wire version is refused`() {
        var host = HostSupervision(limits: limits)
        #expect(host.handle(.event(.ready(wireVersion: 99, processID: 1, engines: [])), at: begin) == [.kill])
        #expect(host.handle(.exited(.signal(9), errors: ""), at: begin) == [.finish(.failed(.wrongVersion(99)))])
    }

    @Test func `silence kills after its limit, not before`() {
        var host = working()
        #expect(host.handle(.tick(residentBytes: nil), at: after(4.9)) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(5.1)) == [.kill])
        #expect(host.handle(.exited(.signal(9), errors: ""), at: after(5.2)) == [.finish(.failed(.hung("")))])
    }

    @Test func `time in which nobody listens does not count`() {
        var host = working()
        _ = host.handle(.heard, at: after(1))
        #expect(host.handle(.tick(residentBytes: nil), at: after(1_000)) == [])
        _ = host.handle(.listening, at: after(1_000))
        #expect(host.handle(.tick(residentBytes: nil), at: after(1_004)) == [])
    }

    @Test(arguments: [(false, 30.0), (true, 60.0)])
    func `heartbeats without progress are handed on, and a stall in the end`(isDiarization: Bool, limit: Double) {
        var host = working(isDiarization: isDiarization)
        for second in stride(from: 1.0, through: limit, by: 1) {
            _ = host.handle(.heard, at: after(second))
            #expect(host.handle(.event(.heartbeat), at: after(second)) == [.deliver(.heartbeat)])
            _ = host.handle(.listening, at: after(second))
            #expect(host.handle(.tick(residentBytes: nil), at: after(second)) == [])
        }
        #expect(host.handle(.tick(residentBytes: nil), at: after(limit + 0.5)) == [.kill])
    }

    @Test func `the same position again is no progress`() {
        var host = working()
        #expect(host.handle(.event(.progress(order: "o", position: 3)), at: begin).count == 1)
        #expect(host.handle(.event(.progress(order: "o", position: 3)), at: begin) == [])
        #expect(host.handle(.event(.progress(order: "o", position: 2)), at: begin) == [])
    }

    @Test func `loading has a limit of its own`() {
        var host = working()
        _ = host.handle(.event(.loading(order: "o", model: "m")), at: begin)
        for second in stride(from: 4.0, through: 56, by: 4) {
            _ = host.handle(.heard, at: after(second))
            _ = host.handle(.listening, at: after(second))
            #expect(host.handle(.tick(residentBytes: nil), at: after(second)) == [])
        }
        #expect(host.handle(.tick(residentBytes: nil), at: after(60.5)) == [.kill])
    }

    @Test func `too much memory kills`() {
        var host = working()
        #expect(host.handle(.tick(residentBytes: 1_000), at: begin) == [])
        #expect(host.handle(.tick(residentBytes: 1_001), at: begin) == [.kill])
        #expect(host.handle(.exited(.signal(9), errors: ""), at: begin) == [.finish(.failed(.outOfMemory("")))])
    }

    @Test func `a stop is asked for, then forced, and nothing is handed on meanwhile`() {
        var host = working()
        #expect(host.handle(.stop, at: begin) == [.send(.cancel(order: "o"))])
        #expect(host.handle(.stop, at: begin) == [], "asked once")
        #expect(host.handle(.event(piece(0)), at: begin) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(0.9)) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(1)) == [.kill])
        #expect(host.handle(.exited(.signal(9), errors: ""), at: after(1)) == [.finish(.stopped)])
        // A worker is to be free within two seconds.
        #expect(HostLimits().stopping < .seconds(1))
    }

    @Test func `an order that ends after the stop leaves the host usable`() {
        var host = working()
        _ = host.handle(.stop, at: begin)
        #expect(host.handle(.event(.done(order: "o", report: report)), at: begin) == [.finish(.stopped)])
        #expect(host.isIdle)
    }

    @Test func `what an earlier order left in the pipe is passed over`() {
        var host = working()
        #expect(host.handle(.event(.done(order: "older", report: report)), at: begin) == [])
        #expect(!host.isIdle)
    }

    @Test(arguments: [[1], [0, 0], [0, 2]])
    func `pieces out of order are refused`(indexes: [Int]) {
        var host = working()
        let actions = indexes.map { host.handle(.event(piece($0)), at: begin) }
        #expect(actions.last == [.kill])
    }

    @Test func `death before the order was taken is told apart`() {
        var host = working(accepted: false)
        #expect(host.handle(.exited(.signal(11), errors: ""), at: begin) == [.finish(.lostBeforeStart(.hostLost))])
    }

    @Test func `an output that ends without the process is followed by force`() {
        var host = working()
        #expect(host.handle(.outputEnded, at: begin) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(1.9)) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(2.1)) == [.kill])
    }

    @Test func `a slow start is ended`() {
        var host = HostSupervision(limits: limits)
        _ = host.handle(.listening, at: begin)
        #expect(host.handle(.tick(residentBytes: nil), at: after(9)) == [])
        #expect(host.handle(.tick(residentBytes: nil), at: after(11)) == [.kill])
    }
}
