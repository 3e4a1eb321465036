import ScriberrCore
import Testing

@testable import ScriberrQueue

/// Every way an attempt can be told to stop, against every way it can end.
@Suite struct OutcomeTests {
    enum Expected: Equatable { case nothing, complete, cancel, release, retry, fail }

    private static let transient = AttemptOutcome.failed(ScriberrError(.engineCrashed, "The engine crashed."))
    private static let permanent = AttemptOutcome.failed(ScriberrError(.mediaUnreadable, "It cannot be read."))
    private static let unready = AttemptOutcome.unready(ScriberrError(.storageFailed, "The bucket is away."))

    @Test(arguments: [
        (nil as StopReason?, [Expected.complete, .retry, .fail, .retry, .release, .nothing, .retry]),
        (.shutdown, [.complete, .release, .fail, .release, .release, .nothing, .release]),
        (.stall, [.complete, .retry, .retry, .retry, .retry, .nothing, .retry]),
        (.timeout, [.complete, .retry, .retry, .retry, .retry, .nothing, .retry]),
        (.cancel, [.cancel, .cancel, .cancel, .cancel, .cancel, .nothing, .cancel]),
        (.leaseLost, [.nothing, .nothing, .nothing, .nothing, .nothing, .nothing, .nothing]),
    ])
    func `the reason of a stop and the way of the end decide what is stored`(stop: StopReason?, expected: [Expected]) {
        let outcomes: [AttemptOutcome] = [
            .completed(.sample), Self.transient, Self.permanent, .canceled, .released, .leaseLost, Self.unready,
        ]
        for (outcome, expected) in zip(outcomes, expected) {
            #expect(kind(decide(outcome, stop: stop).write) == expected, "\(outcome)")
        }
    }

    @Test func `a transient failure is tried again until the limit`() {
        #expect(kind(decide(Self.transient, failures: 1).write) == .retry)
        #expect(kind(decide(Self.transient, failures: 2).write) == .fail)
    }

    @Test func `what finds its recording out of reach costs no attempt and waits longer with each claim`() {
        for (attempt, seconds) in [(1, 5), (2, 10), (4, 40), (20, 600), (99, 600)] {
            guard case .fail(let report, let retryAt?) = decide(Self.unready, attempt: attempt, failures: 2).write else {
                Issue.record("not tried again after claim \(attempt)")
                continue
            }
            #expect(!report.chargesAttempt && report.code == .storageFailed)
            #expect(retryAt == .zero + .seconds(seconds))
        }
    }

    @Test func `what finds its recording out of reach again and again fails in the end`() {
        #expect(kind(decide(Self.unready, attempt: 100, failures: 1).write) == .retry)
        #expect(kind(decide(Self.unready, attempt: 101, failures: 2).write) == .fail)
    }

    @Test func `waits double up to the cap and are spread by the jitter`() {
        var policy = RetryPolicy()
        policy.base = .seconds(4)
        policy.cap = .seconds(20)
        policy.jitter = 0.5
        #expect(policy.delay(afterFailures: 1, random: 0.5) == .seconds(4))
        #expect(policy.delay(afterFailures: 2, random: 0.5) == .seconds(8))
        #expect(policy.delay(afterFailures: 9, random: 0.5) == .seconds(20))
        #expect(policy.delay(afterFailures: 1, random: 0) == .seconds(2))
        #expect(policy.delay(afterFailures: 1_000, random: 0.5) == .seconds(20))
    }

    @Test func `limits follow the audio and the speed that was seen`() {
        var limits = AttemptLimits()
        limits.base = .seconds(100)
        limits.factor = 2
        var book = SpeedBook(limits: limits)
        let job = ClaimedJob.sample(1, audioSeconds: 600).job
        #expect(book.limit(for: job) == .seconds(1_300))
        book.completed(job, audioSeconds: nil, took: .seconds(150))
        #expect(book.limit(for: job) == .seconds(400))
        book.timedOut(job)
        #expect(book.limit(for: job) == .seconds(700))
        #expect(book.limit(for: ClaimedJob.sample(1, audioSeconds: nil).job) == limits.longest)
    }

    private func decide(_ outcome: AttemptOutcome, stop: StopReason? = nil, attempt: Int = 1, failures: Int = 0)
        -> OutcomeDecision
    {
        OutcomeDecision(
            stop: stop,
            outcome: outcome,
            job: ClaimedJob.sample(1, attempt: attempt, failures: failures).job,
            retry: RetryPolicy(),
            now: .zero,
            random: 0.5
        )
    }

    private func kind(_ write: TerminalWrite?) -> Expected {
        switch write {
        case nil: .nothing
        case .complete: .complete
        case .cancel: .cancel
        case .release: .release
        case .fail(_, retryAt: nil): .fail
        case .fail: .retry
        }
    }
}
