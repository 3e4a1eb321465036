package import Logging
package import ScriberrCore
package import ScriberrStore
import Synchronization

/// Turns events into deliveries and sends them.
///
/// Both steps are in the database before anything is sent, so a stop or a crash loses nothing: what was sent but not noted is
/// sent again. Each webhook has a few attempts at once and all together have a bounded number, so that a slow receiver holds up
/// its own messages only.
package final class WebhookCourier: Sendable {
    private struct State {
        /// Attempts under way.
        var busy: [WebhookID: Int] = [:]
        /// How far the log was looked at; behind the stored cursor there is nothing that anybody wants up to here.
        var seen: Int64 = 0
        /// Wakes the loop that runs.
        var bell: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())
    private let database: any Database
    private let signals: StoreSignals
    private let clock: any WallClock
    private let policy: WebhookPolicy
    private let sender: any WebhookSender
    private let secrets: SecretBox
    private let logger: Logger
    private let pollInterval: Duration
    private static let readMax = 500
    private static let responseCharactersMax = 1_000

    package init(
        database: any Database,
        signals: StoreSignals,
        clock: any WallClock,
        policy: WebhookPolicy,
        sender: any WebhookSender,
        secrets: SecretBox,
        logger: Logger,
        pollInterval: Duration = .seconds(1)
    ) {
        self.database = database
        self.signals = signals
        self.clock = clock
        self.policy = policy
        self.sender = sender
        self.secrets = secrets
        self.logger = logger
        self.pollInterval = pollInterval
    }

    /// Has the courier look for work now.
    package func wake() { state.withLock { $0.bell }?.yield() }

    /// Works until the task is canceled. Attempts under way are given up then and made again later.
    package func run() async {
        let notices = signals.events.subscribe()
        let (wakeUps, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.bell = bell }
        wake()
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in notices { self.wake() } }
            group.addTask {
                // A canceled sleep ends the loop, as it should.
                while (try? await Task.sleep(for: self.pollInterval)) != nil { self.wake() }
            }
            for await _ in wakeUps {
                for (delivery, hook) in await work() {
                    group.addTask {
                        await self.deliver(delivery, hook)
                        self.finished(hook.id)
                    }
                }
                if Task.isCancelled { break }
            }
            group.cancelAll()
        }
    }

    /// Turns what is new in the log into deliveries and takes what is due.
    private func work() async -> [(WebhookDelivery, Webhook)] {
        do {
            while try await fanOut() {}
            return try await claim()
        } catch {
            if !(error is CancellationError) {
                logger.warning("Webhooks have to wait for the database", metadata: ["error": "\(error)"])
            }
            return []
        }
    }

    /// True when there may be more.
    func fanOut() async throws -> Bool {
        let seen = state.withLock { $0.seen }
        let now = clock.now()
        let (events, latest) = try await database.read { db in try Self.news(db, behind: seen) }
        guard let last = events.last else {
            state.withLock { $0.seen = max($0.seen, latest) }
            return false
        }
        try await database.write { db in
            for event in events {
                for hook in try WebhookSQL.candidates(db, for: event) where hook.wants(event) {
                    try DeliverySQL.insert(db, WebhookMessage.delivery(event, to: hook, at: now))
                }
            }
            try WebhookSQL.moveCursor(db, to: last.sequence)
        }
        let isAll = events.count < Self.readMax
        state.withLock { $0.seen = max($0.seen, isAll ? latest : last.sequence) }
        return !isAll
    }

    /// Events that some webhook may want, and how far the log goes.
    private static func news(_ db: any SQLConnection, behind seen: Int64) throws -> (events: [Event], latest: Int64) {
        let latest = try EventLog.latestSequence(db)
        guard latest > seen else { return ([], latest) }
        let (types, hasCallbacks) = try WebhookSQL.interest(db)
        let wanted = hasCallbacks ? types.union(EventType.ends.map(\.rawValue)) : types
        guard !wanted.isEmpty else { return ([], latest) }
        let after = max(seen, try WebhookSQL.cursor(db))
        let events = try EventLog.events(
            db,
            after: after,
            types: wanted.sorted().map(EventType.init(rawValue:)),
            limit: readMax
        )
        return (events, latest)
    }

    private func claim() async throws -> [(WebhookDelivery, Webhook)] {
        let now = clock.now()
        let until = now + policy.timeout + .seconds(15)
        let busy = state.withLock { $0.busy }
        let free = policy.attemptsMax - busy.values.reduce(0, +)
        guard free > 0 else { return [] }
        let hooks = try await database.read { db in
            try DeliverySQL.due(db, at: now, limit: Self.readMax).compactMap { try WebhookSQL.get(db, $0) }.filter(\.isEnabled)
        }
        guard !hooks.isEmpty else { return [] }
        // Those with the least under way go first; among them, who waits longest.
        let line = hooks.sorted { busy[$0.id, default: 0] < busy[$1.id, default: 0] }
        let policy = policy
        let taken = try await database.write { db -> [(WebhookDelivery, Webhook)] in
            var taken: [(WebhookDelivery, Webhook)] = []
            for hook in line where taken.count < free {
                let most = hook.failingSince == nil ? policy.attemptsPerWebhookMax : 1
                let limit = min(most - busy[hook.id, default: 0], free - taken.count)
                guard limit > 0 else { continue }
                taken += try DeliverySQL.claim(db, hook.id, at: now, until: until, limit: limit).map { ($0, hook) }
            }
            return taken
        }
        state.withLock { state in for (_, hook) in taken { state.busy[hook.id, default: 0] += 1 } }
        return taken
    }

    private func finished(_ id: WebhookID) {
        state.withLock { state in
            let left = state.busy[id, default: 1] - 1
            state.busy[id] = left > 0 ? left : nil
        }
        wake()
    }

    private func deliver(_ delivery: WebhookDelivery, _ hook: Webhook) async {
        do {
            _ = try await attempt(delivery, of: hook)
        } catch {
            guard !(error is CancellationError), (error as? ScriberrError)?.code != .notFound else { return }
            logger.warning("A webhook delivery could not be noted; it will be sent again", metadata: ["error": "\(error)"])
        }
    }

    /// Sends a delivery once and notes what came of it.
    func attempt(_ delivery: WebhookDelivery, of hook: Webhook, isLast: Bool = false) async throws -> WebhookDelivery {
        let (start, began) = (clock.now(), ContinuousClock.now)
        let reply = await send(delivery, of: hook, at: start)
        try Task.checkCancellation()
        var attempt = WebhookAttempt(
            number: delivery.attempts + 1,
            at: start,
            milliseconds: Int((ContinuousClock.now - began).wholeMilliseconds),
            status: nil,
            error: nil,
            response: ""
        )
        var verdict = WebhookVerdict(reply)
        if case .answered(let status, _, let beginning) = reply {
            attempt.status = status
            attempt.response = String(beginning.prefix(Self.responseCharactersMax))
        }
        attempt.error = verdict.error
        if isLast, !verdict.isDelivered { verdict.isFinal = true }
        return try await note(delivery, attempt, verdict)
    }

    private func send(_ delivery: WebhookDelivery, of hook: Webhook, at time: Timestamp) async -> WebhookReply {
        // The old secret of a webhook only helps a receiver that does not know the new one yet.
        let stored = hook.signingSecrets(at: time)
        let known = stored.compactMap { try? secrets.open($0) }
        guard let first = stored.first, (try? secrets.open(first)) != nil else {
            return .failed("The webhook's secret was closed with another JWT_SECRET of the server. Rotate the secret.")
        }
        let seconds = time.microseconds / 1_000_000
        return await sender.send(
            WebhookRequest(
                url: hook.url,
                headers: [
                    ("Content-Type", "application/json"), ("User-Agent", "Scriberr-Webhooks/1"),
                    ("webhook-id", delivery.messageID), ("webhook-timestamp", String(seconds)),
                    (
                        "webhook-signature",
                        WebhookSecret.signatures(known, id: delivery.messageID, timestamp: seconds, body: delivery.body)
                    ),
                ],
                body: delivery.body,
                timeout: policy.timeout
            )
        )
    }

    private func note(_ delivery: WebhookDelivery, _ attempt: WebhookAttempt, _ verdict: WebhookVerdict) async throws
        -> WebhookDelivery
    {
        let (now, policy, chance) = (clock.now(), policy, Double.random(in: 0...1))
        return try await database.write { db in
            var delivery = delivery
            delivery.attempts = attempt.number
            (delivery.lastAttemptAt, delivery.lastStatus, delivery.lastError) = (attempt.at, attempt.status, attempt.error)
            let delay =
                verdict.isFinal ? nil : policy.delay(afterAttempt: attempt.number, retryAfter: verdict.retryAfter, chance: chance)
            switch (verdict.isDelivered, delay) {
            case (true, _): delivery.status = .delivered
            case (false, let delay?): delivery.nextAttemptAt = now + delay
            case (false, nil): delivery.status = .failed
            }
            // Its webhook may have been deleted meanwhile, and its row with it.
            guard try DeliverySQL.get(db, delivery.id) != nil else { throw ScriberrError.noWebhook }
            try DeliverySQL.note(db, delivery, attempt)
            guard var hook = try WebhookSQL.get(db, delivery.webhook), hook.isEnabled else { return delivery }
            let failingSince = verdict.isDelivered ? nil : hook.failingSince ?? attempt.at
            let isHopeless = verdict.isGone || failingSince.map { now - $0 >= policy.disablesAfter } ?? false
            guard failingSince != hook.failingSince || isHopeless else { return delivery }
            hook.failingSince = failingSince
            if isHopeless { try Self.disable(db, &hook, verdict, at: now) }
            try WebhookSQL.update(db, hook)
            return delivery
        }
    }

    private static func disable(_ db: any SQLConnection, _ hook: inout Webhook, _ verdict: WebhookVerdict, at now: Timestamp)
        throws
    {
        let reason = verdict.isGone ? "the receiver is gone (410)" : "every attempt failed for too long"
        hook.isEnabled = false
        hook.disabledReason = reason
        hook.updatedAt = now
        try DeliverySQL.giveUp(db, hook.id, reason: "the webhook was disabled: \(reason)")
        try EventLog.append(
            db,
            owner: hook.owner,
            subject: hook.id.text,
            type: .webhookDisabled,
            payload: #"{"id":"\#(hook.id.text)","reason":"\#(reason)"}"#,
            at: now
        )
    }
}
