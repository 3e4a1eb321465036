import ScriberrCore

/// How deliveries are tried, for how long, and how many at once.
package struct WebhookPolicy: Sendable {
    /// The waits between attempts. With the usual ones the last of ten attempts comes about three days after the first.
    package var retryDelays: [Duration]
    /// How long an attempt may take.
    package var timeout: Duration
    /// A webhook that only failed for so long is disabled.
    package var disablesAfter: Duration
    /// Attempts at once, for all webhooks.
    package var attemptsMax: Int
    /// For how long deliveries are remembered.
    package var logRetention: Duration
    /// For how long the old secret of a webhook goes on signing after a rotation.
    package var secretOverlap: Duration
    /// Attempts at once for one webhook; one that fails gets one at a time.
    let attemptsPerWebhookMax = 4

    package init(
        retryDelays: [Duration] = WebhookPolicy.usualDelays,
        timeout: Duration = .seconds(15),
        disablesAfter: Duration = .seconds(3 * 86_400),
        attemptsMax: Int = 32,
        logRetention: Duration = .seconds(30 * 86_400),
        secretOverlap: Duration = .seconds(86_400)
    ) {
        self.retryDelays = retryDelays
        self.timeout = timeout
        self.disablesAfter = disablesAfter
        self.attemptsMax = attemptsMax
        self.logRetention = logRetention
        self.secretOverlap = secretOverlap
    }

    /// Five seconds, then longer and longer: 71.6 hours in all.
    package static let usualDelays: [Duration] = [
        .seconds(5), .seconds(300), .seconds(1_800), .seconds(2 * 3_600), .seconds(5 * 3_600), .seconds(10 * 3_600),
        .seconds(14 * 3_600), .seconds(20 * 3_600), .seconds(20 * 3_600),
    ]

    /// The wait before the next attempt, a fifth shorter or longer by chance, and at least what the receiver asked for (at most a
    /// day). Nil when there is to be none.
    func delay(afterAttempt number: Int, retryAfter: Duration?, chance: Double) -> Duration? {
        guard number <= retryDelays.count, number > 0 else { return nil }
        let delay = retryDelays[number - 1] * (0.8 + 0.4 * chance)
        return max(delay, min(retryAfter ?? .zero, .seconds(86_400)))
    }
}
