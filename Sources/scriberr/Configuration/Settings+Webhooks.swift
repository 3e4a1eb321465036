import Foundation
import ScriberrCore
import ScriberrServices

extension Settings {
    /// Webhooks.
    struct Webhooks: Sendable {
        var policy: WebhookPolicy

        init(from reader: inout SettingsReader) {
            policy = WebhookPolicy()
            policy.retryDelays = reader.parsed(
                "WEBHOOK_RETRY_DELAYS",
                default: policy.retryDelays,
                wants: "durations separated by commas, such as 5s,5m,30m"
            ) { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                let delays = parts.compactMap { Duration(text: $0) }.filter { $0 > .zero }
                return delays.count == parts.count && (1...50).contains(delays.count) ? delays : nil
            }
            policy.timeout = reader.duration("WEBHOOK_TIMEOUT", default: policy.timeout)
            policy.disablesAfter = reader.duration("WEBHOOK_DISABLE_AFTER", default: policy.disablesAfter)
            policy.attemptsMax = reader.integer("WEBHOOK_CONCURRENCY", default: policy.attemptsMax, in: 1...1_000)
            policy.logRetention = reader.duration("WEBHOOK_LOG_RETENTION", default: policy.logRetention)
        }
    }
}
