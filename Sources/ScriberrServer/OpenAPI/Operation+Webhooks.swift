import ScriberrCore
import ScriberrServices

extension Operation {
    private static let hook: DocumentValue = [
        "id": "wh_0193a4c5d6e70123456789abcdef0123", "url": "https://example.org/scriberr", "description": "",
        "events": ["transcription.completed", "transcription.failed"], "enabled": true, "disabled_reason": nil,
        "failing_since": nil, "transcription_id": nil, "previous_secret_expires_at": nil,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let newHook = hook.adding("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    private static let delivery: DocumentValue = [
        "id": "del_0193a4c5d6e70123456789abcdef0123", "webhook_id": "wh_0193a4c5d6e70123456789abcdef0123",
        "message_id": "msg_0000000000000042", "type": "transcription.completed", "status": "delivered", "attempts": 1,
        "next_attempt_at": nil, "last_attempt_at": "2026-11-24T01:50:36.123456Z", "last_status": 204, "last_error": nil,
        "created_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let attempt: DocumentValue = [
        "number": 1, "at": "2026-11-24T01:50:36.123456Z", "duration_ms": 31, "status": 204, "error": nil, "response": "",
    ]
    private static let body: DocumentValue = [
        "url": "https://example.org/scriberr", "events": ["transcription.completed", "transcription.failed"],
    ]

    /// Webhooks and their deliveries.
    static let webhooks: [String: Operation] = managing.merging(delivering) { $1 }

    private static let managing: [String: Operation] = [
        "GET /api/v1/webhooks": Operation(
            tag: "Events",
            summary: "Lists webhooks, newest first; with `callbacks=true` those of single jobs too.",
            parameters: ["callbacks"],
            answers: [(200, .list("Webhook", example: hook))],
            failures: [422]
        ),
        "POST /api/v1/webhooks": Operation(
            tag: "Events",
            summary: "Subscribes an address to events from now on and shows its secret this once.",
            details: "Without `events`: completed, failed and canceled transcriptions. `[\"*\"]` means all that can be sent.",
            body: .json("NewWebhookBody", example: body),
            answers: [(201, .json("NewWebhook", example: newHook))]
        ),
        "GET /api/v1/webhooks/{id}": Operation(
            tag: "Events",
            summary: "One webhook.",
            answers: [(200, .json("Webhook", example: hook))]
        ),
        "PATCH /api/v1/webhooks/{id}": Operation(
            tag: "Events",
            summary: "Changes a webhook. Enabling one forgets its failures.",
            body: .json("WebhookPatch", example: ["enabled": true]),
            answers: [(200, .json("Webhook", example: hook))]
        ),
        "DELETE /api/v1/webhooks/{id}": Operation(
            tag: "Events",
            summary: "Removes a webhook and its deliveries.",
            answers: [(204, .none)]
        ),
        "POST /api/v1/webhooks/{id}:rotate-secret": Operation(
            tag: "Events",
            summary: "Makes a new secret and shows it this once. The old one signs too for a day.",
            answers: [(200, .json("NewWebhook", example: newHook))]
        ),
        "POST /api/v1/webhooks/{id}:test": Operation(
            tag: "Events",
            summary: "Sends a `webhook.test` message now, once, and tells what came of it.",
            answers: [(200, .json("WebhookDelivery", example: delivery))]
        ),
    ]

    private static let delivering: [String: Operation] = [
        "GET /api/v1/webhooks/{id}/deliveries": Operation(
            tag: "Events",
            summary: "What was and is to be sent, newest first.",
            parameters: ["limit", "cursor", "deliveryStatus"],
            answers: [(200, .list("WebhookDelivery", example: delivery))],
            failures: [422]
        ),
        "GET /api/v1/webhook-deliveries/{id}": Operation(
            tag: "Events",
            summary: "One delivery: what is sent, and each attempt.",
            answers: [
                (
                    200,
                    .json(
                        "WebhookDeliveryDetails",
                        example: delivery.adding("body", "{\"type\":\"transcription.completed\"}").adding("tries", [attempt])
                    )
                )
            ]
        ),
        "POST /api/v1/webhook-deliveries/{id}:replay": Operation(
            tag: "Events",
            summary: "Sends a delivery again under its old message id.",
            answers: [(202, .json("WebhookDelivery", example: delivery))],
            failures: [409]
        ),
    ]
}

private let text: DocumentValue = ["type": "string"]
private let texts: DocumentValue = ["type": "array", "items": ["type": "string"]]
private let truth: DocumentValue = ["type": "boolean"]
private let integer: DocumentValue = ["type": "integer"]
private let time: DocumentValue = ["type": "string", "format": "date-time"]

private let hookFields: DocumentValue = [
    "id": text, "url": text, "description": text, "events": texts, "enabled": truth, "disabled_reason": maybe(text),
    "failing_since": maybe(time), "transcription_id": maybe(text), "previous_secret_expires_at": maybe(time),
    "created_at": time, "updated_at": time,
]

private let deliveryFields: DocumentValue = [
    "id": text, "webhook_id": text, "message_id": text, "type": text,
    "status": ["type": "string", "enum": ["pending", "delivered", "failed"]], "attempts": integer,
    "next_attempt_at": maybe(time), "last_attempt_at": maybe(time), "last_status": maybe(integer),
    "last_error": maybe(text), "created_at": time,
]

private let attemptFields: DocumentValue = [
    "number": integer, "at": time, "duration_ms": integer, "status": maybe(integer), "error": maybe(text), "response": text,
]

let webhookSchemas: [DocumentValue.Field] = [
    answer("Webhook", hookFields),
    answer("NewWebhook", hookFields.adding("secret", text)),
    answer("WebhookDelivery", deliveryFields),
    answer("WebhookAttempt", attemptFields),
    answer(
        "WebhookDeliveryDetails",
        deliveryFields.adding("body", text).adding("tries", ["type": "array", "items": reference("WebhookAttempt")])
    ),
    answer("WebhookMessage", ["type": text, "timestamp": time, "data": ["type": "object"]]),
    body(
        "NewWebhookBody",
        ["url": text],
        optional: ["description": maybe(text), "events": maybe(texts), "enabled": maybe(truth)]
    ),
    body(
        "WebhookPatch",
        [:],
        optional: ["url": maybe(text), "description": maybe(text), "events": maybe(texts), "enabled": maybe(truth)]
    ),
]

let webhookParameters: [DocumentValue.Field] = [
    parameter("callbacks", "callbacks", in: "query", truth, "Whether the callbacks of single jobs are listed too."),
    parameter(
        "deliveryStatus",
        "status",
        in: "query",
        ["type": "string", "enum": ["pending", "delivered", "failed"]],
        "Only deliveries in this state."
    ),
]

/// What is sent to webhooks, by type: the document's `webhooks`.
var webhookMessages: DocumentValue {
    let content: DocumentValue = ["application/json": ["schema": reference("WebhookMessage")]]
    let message: DocumentValue = [
        "post": [
            "summary": "Sent to webhooks that subscribed to it, in the Standard Webhooks form.",
            "requestBody": ["required": true, "content": content],
            "responses": ["2XX": ["description": "Taken."], "410": ["description": "Disables the webhook."]],
        ]
    ]
    return DocumentValue(EventType.sendable.map { ($0.rawValue, message) })
}
