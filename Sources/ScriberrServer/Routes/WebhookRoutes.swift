import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let webhooks: [Route] = [
        Route(
            .get,
            "/api/v1/webhooks",
            .scoped(.read) { call, principal in
                let withCallbacks = try call.flag("callbacks")
                let hooks = try await call.services.webhooks.list(principal.owner, withCallbacks: withCallbacks)
                return .list(hooks, next: nil) { $0.webhook($1) }
            }
        ),
        Route(
            .post,
            "/api/v1/webhooks",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let draft = try await call.json(WebhookBody.self).draft
                return try await call.answering({ .created($0) }) { answer in
                    try await call.services.webhooks.create(principal.owner, draft, answering: answer)
                }
            }
        ),
        Route(
            .get,
            "/api/v1/webhooks/{id}",
            .scoped(.read) { call, principal in
                let hook = try await call.services.webhooks.get(principal.owner, call.id())
                return .object { $0.webhook(hook) }
            }
        ),
        Route(
            .patch,
            "/api/v1/webhooks/{id}",
            .scoped(.write) { call, principal in
                let id: WebhookID = try call.id()
                let draft = try await call.json(WebhookBody.self).draft
                let hook = try await call.services.webhooks.update(principal.owner, id, draft)
                return .object { $0.webhook(hook) }
            }
        ),
        Route(
            .delete,
            "/api/v1/webhooks/{id}",
            .scoped(.write) { call, principal in
                try await call.services.webhooks.delete(principal.owner, call.id())
                return .nothing
            }
        ),
        Route(
            .post,
            "/api/v1/webhooks/{id}:rotate-secret",
            .scoped(.write) { call, principal in
                .secret(of: try await call.services.webhooks.rotateSecret(principal.owner, call.id()), status: .ok)
            }
        ),
        Route(
            .post,
            "/api/v1/webhooks/{id}:test",
            .scoped(.write) { call, principal in
                let delivery = try await call.services.webhooks.test(principal.owner, call.id())
                return .object { $0.delivery(delivery) }
            }
        ),
        Route(
            .get,
            "/api/v1/webhooks/{id}/deliveries",
            .scoped(.read) { call, principal in
                let page = try await call.services.webhooks.deliveries(
                    principal.owner,
                    call.id(),
                    status: call.deliveryStatus(),
                    cursor: call.deliveryCursor(),
                    limit: call.deliveryLimit()
                )
                return .page(page) { $0.delivery($1) }
            }
        ),
        Route(
            .get,
            "/api/v1/webhook-deliveries/{id}",
            .scoped(.read) { call, principal in
                let (delivery, attempts) = try await call.services.webhooks.delivery(principal.owner, call.id())
                return .object { json in
                    json.delivery(delivery)
                    json.field("body", delivery.body)
                    json.objects("tries", attempts) { $0.attempt($1) }
                }
            }
        ),
        Route(
            .post,
            "/api/v1/webhook-deliveries/{id}:replay",
            .scoped(.write) { call, principal in
                let delivery = try await call.services.webhooks.replay(principal.owner, call.id())
                return .object(status: .accepted) { $0.delivery(delivery) }
            }
        ),
    ]
}

extension Call {
    fileprivate func flag(_ name: String) throws -> Bool {
        switch query[name] {
        case nil, "", "false": false
        case "true": true
        default: throw ScriberrError(.validation, "\(name) is true or false.", field: name)
        }
    }

    fileprivate func deliveryStatus() throws -> WebhookDelivery.Status? {
        guard let text = query["status"], !text.isEmpty else { return nil }
        guard let status = WebhookDelivery.Status(rawValue: text) else {
            throw ScriberrError(.validation, "status is pending, delivered or failed.", field: "status")
        }
        return status
    }

    fileprivate func deliveryCursor() throws -> DeliveryID? {
        guard let text = query["cursor"], !text.isEmpty else { return nil }
        guard let place = DeliveryID(text) else {
            throw ScriberrError(.validation, "cursor is the next_cursor of the page before.", field: "cursor")
        }
        return place
    }

    fileprivate func deliveryLimit() throws -> Int {
        guard let text = query["limit"], !text.isEmpty else { return 50 }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw ScriberrError(.validation, "limit is a number from 1 to 100.", field: "limit")
        }
        return limit
    }
}

extension Answer {
    /// The one answer that shows a webhook's secret.
    fileprivate static func secret(of issued: IssuedWebhook, status: HTTPResponse.Status) -> Answer {
        var answer = Answer.object(status: status) { json in
            json.webhook(issued.hook)
            json.field("secret", issued.secret)
        }
        answer.headers[.cacheControl] = "no-store"
        return answer
    }

    fileprivate static func created(_ issued: IssuedWebhook) -> Answer {
        var answer = Answer.secret(of: issued, status: .created)
        answer.headers[.location] = "/api/v1/webhooks/\(issued.hook.id.text)"
        return answer
    }
}

extension JSONWriter {
    fileprivate mutating func webhook(_ hook: Webhook) {
        field("id", hook.id.text)
        field("url", hook.url)
        field("description", hook.description)
        field("events", hook.types)
        field("enabled", hook.isEnabled)
        field("disabled_reason", hook.disabledReason)
        field("failing_since", hook.failingSince)
        field("transcription_id", hook.job?.text)
        field("previous_secret_expires_at", hook.previousSecretEnds)
        field("created_at", hook.createdAt)
        field("updated_at", hook.updatedAt)
    }

    fileprivate mutating func delivery(_ delivery: WebhookDelivery) {
        field("id", delivery.id.text)
        field("webhook_id", delivery.webhook.text)
        field("message_id", delivery.messageID)
        field("type", delivery.type)
        field("status", delivery.status.rawValue)
        field("attempts", delivery.attempts)
        field("next_attempt_at", delivery.status == .pending ? delivery.nextAttemptAt : nil)
        field("last_attempt_at", delivery.lastAttemptAt)
        field("last_status", delivery.lastStatus)
        field("last_error", delivery.lastError)
        field("created_at", delivery.createdAt)
    }

    fileprivate mutating func attempt(_ attempt: WebhookAttempt) {
        field("number", attempt.number)
        field("at", attempt.at)
        field("duration_ms", attempt.milliseconds)
        field("status", attempt.status)
        field("error", attempt.error)
        field("response", attempt.response)
    }
}

private struct WebhookBody: Decodable {
    var url: String?
    var description: String?
    var events: [String]?
    var enabled: Bool?

    var draft: WebhookService.Draft {
        WebhookService.Draft(url: url, description: description, types: events, isEnabled: enabled)
    }
}
