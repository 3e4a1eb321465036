package import ScriberrCore
package import ScriberrStore

/// The subscriptions of each owner, their secrets and their delivery log.
package struct WebhookService: Sendable {
    let database: any Database
    let clock: any WallClock
    let policy: WebhookPolicy
    let sender: any WebhookSender
    let secrets: SecretBox
    private let courier: WebhookCourier
    private static let webhooksMax = 100
    private static let listMax = 1_000
    private static let descriptionCharactersMax = 500

    package init(
        database: any Database,
        clock: any WallClock,
        policy: WebhookPolicy,
        sender: any WebhookSender,
        secrets: SecretBox,
        courier: WebhookCourier
    ) {
        self.database = database
        self.clock = clock
        self.policy = policy
        self.sender = sender
        self.secrets = secrets
        self.courier = courier
    }

    /// What a client says about a webhook; nil leaves a value as it is.
    package struct Draft: Sendable {
        package var url: String?
        package var description: String?
        package var types: [String]?
        package var isEnabled: Bool?

        package init(url: String? = nil, description: String? = nil, types: [String]? = nil, isEnabled: Bool? = nil) {
            self.url = url
            self.description = description
            self.types = types
            self.isEnabled = isEnabled
        }
    }

    /// Makes a subscription to events from now on; its secret is shown this once. Throws `VALIDATION_ERROR` with field `url`,
    /// `description` or `events`, `CONFLICT` when there are too many.
    package func create(
        _ owner: UserID,
        _ draft: Draft,
        answering answer: AnswerDraft<IssuedWebhook>? = nil
    ) async throws -> IssuedWebhook {
        let (now, secret) = (clock.now(), WebhookSecret.make())
        var hook = Webhook(
            id: .make(at: now),
            owner: owner,
            url: "",
            types: EventType.ends.map(\.rawValue),
            secret: try secrets.close(secret),
            at: now
        )
        try apply(draft, to: &hook)
        try check(url: hook.url)
        let wanted = hook
        return try await database.write(answering: answer) { db in
            guard try WebhookSQL.count(db, owner) < Self.webhooksMax else {
                throw ScriberrError(.conflict, "There are \(Self.webhooksMax) webhooks already. Delete one first.")
            }
            return IssuedWebhook(hook: try Self.start(db, wanted), secret: secret)
        }
    }

    /// An owner's webhooks, newest first; callbacks of jobs only when asked for.
    package func list(_ owner: UserID, withCallbacks: Bool = false) async throws -> [Webhook] {
        try await database.read { try WebhookSQL.list($0, owner, limit: Self.listMax) }.filter { withCallbacks || $0.job == nil }
    }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: WebhookID) async throws -> Webhook {
        try await database.read { try Self.find($0, owner, id) }
    }

    /// Changes what is given. Enabling one forgets its failures and what happened while it was off. Throws as ``create(_:_:)``.
    package func update(_ owner: UserID, _ id: WebhookID, _ draft: Draft) async throws -> Webhook {
        let now = clock.now()
        if let url = draft.url { try check(url: url) }
        return try await change(owner, id) { db, hook in
            let wasEnabled = hook.isEnabled
            try apply(draft, to: &hook)
            hook.updatedAt = now
            if hook.isEnabled, !wasEnabled { hook = try Self.awake(db, hook) }
            if !hook.isEnabled, wasEnabled { try DeliverySQL.giveUp(db, id, reason: "the webhook was disabled") }
        }
    }

    /// Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: WebhookID) async throws {
        guard try await database.write({ try WebhookSQL.delete($0, owner, id) }) else { throw ScriberrError.noWebhook }
    }

    /// Sends a message of type `webhook.test` now, once, and answers what became of it. Throws `NOT_FOUND`.
    package func test(_ owner: UserID, _ id: WebhookID) async throws -> WebhookDelivery {
        let now = clock.now()
        let delivery = WebhookDelivery(
            id: .make(at: now),
            webhook: id,
            owner: owner,
            messageID: "msg_test_" + hexadecimal(RandomText.bytes(8)),
            type: EventType.webhookTest.rawValue,
            body: WebhookMessage.body(.webhookTest, #"{"webhook_id":"\#(id.text)"}"#, at: now),
            // Out of the courier's reach for as long as this attempt can take.
            nextAttemptAt: now + policy.timeout * 2 + .seconds(60),
            createdAt: now
        )
        let hook = try await database.write { db in
            let hook = try Self.find(db, owner, id)
            try DeliverySQL.insert(db, delivery)
            return hook
        }
        return try await courier.attempt(delivery, of: hook, isLast: true)
    }

    /// One page of a webhook's deliveries, newest first. Throws `NOT_FOUND`.
    package func deliveries(
        _ owner: UserID,
        _ id: WebhookID,
        status: WebhookDelivery.Status? = nil,
        cursor: DeliveryID? = nil,
        limit: Int = 50
    ) async throws -> Page<WebhookDelivery> {
        let found = try await database.read { db in
            _ = try Self.find(db, owner, id)
            return try DeliverySQL.list(db, id, status: status, before: cursor, limit: limit + 1)
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, nextCursor: found.count > limit ? items.last?.id.text : nil)
    }

    /// A delivery and its attempts, oldest first. Throws `NOT_FOUND`.
    package func delivery(_ owner: UserID, _ id: DeliveryID) async throws -> (WebhookDelivery, [WebhookAttempt]) {
        try await database.read { (try Self.find($0, owner, id), try DeliverySQL.attempts($0, id)) }
    }

    /// Sends a delivery again, now; its message keeps its id. Throws `NOT_FOUND`, `CONFLICT` when the webhook is disabled.
    package func replay(_ owner: UserID, _ id: DeliveryID) async throws -> WebhookDelivery {
        let now = clock.now()
        let delivery = try await database.write { db in
            let delivery = try Self.find(db, owner, id)
            guard try Self.find(db, owner, delivery.webhook).isEnabled else {
                throw ScriberrError(.conflict, "The webhook is disabled; enable it first.")
            }
            _ = try DeliverySQL.replay(db, id, at: now)
            return try Self.find(db, owner, id)
        }
        courier.wake()
        return delivery
    }

    /// Removes old deliveries and callbacks that are done. Answers how many.
    package func purge() async throws -> Int {
        let before = clock.now() - policy.logRetention
        return try await database.write { db in
            try DeliverySQL.prune(db, before: before, limit: 1_000)
                + WebhookSQL.deleteOldCallbacks(db, before: before, limit: 1_000)
        }
    }

    func change(
        _ owner: UserID,
        _ id: WebhookID,
        _ body: @Sendable @escaping (any SQLConnection, inout Webhook) throws -> Void
    ) async throws -> Webhook {
        let hook = try await database.write { db in
            var hook = try Self.find(db, owner, id)
            try body(db, &hook)
            try WebhookSQL.update(db, hook)
            return hook
        }
        courier.wake()
        return hook
    }

    private func apply(_ draft: Draft, to hook: inout Webhook) throws {
        if let url = draft.url { hook.url = url }
        if let isEnabled = draft.isEnabled { hook.isEnabled = isEnabled }
        if let description = draft.description {
            guard description.count <= Self.descriptionCharactersMax else {
                let limit = Self.descriptionCharactersMax
                throw ScriberrError(.validation, "A description has at most \(limit) characters.", field: "description")
            }
            hook.description = description
        }
        if let types = draft.types { hook.types = try Self.types(types) }
    }

    private func check(url: String) throws {
        guard !url.isEmpty else { throw ScriberrError(.validation, "Name the address to send to.", field: "url") }
        try sender.check(url: url)
    }

    /// The types to send, each once, in the order of the list. `*` means all that can be sent.
    private static func types(_ given: [String]) throws -> [String] {
        let all = EventType.sendable.map(\.rawValue)
        if given == ["*"] { return all }
        guard !given.isEmpty, given.allSatisfy({ all.contains($0) }) else {
            throw ScriberrError(.validation, "events is [\"*\"] or some of: \(all.joined(separator: ", ")).", field: "events")
        }
        return all.filter { given.contains($0) }
    }

    /// Stores a webhook that hears of what happens from now on.
    static func start(_ db: any SQLConnection, _ hook: Webhook) throws -> Webhook {
        let hook = try awake(db, hook)
        // What happened while nobody listened need not be looked through.
        let (types, hasCallbacks) = try WebhookSQL.interest(db)
        if types.isEmpty, !hasCallbacks { try WebhookSQL.moveCursor(db, to: hook.startsBehind) }
        try WebhookSQL.insert(db, hook)
        return hook
    }

    private static func awake(_ db: any SQLConnection, _ hook: Webhook) throws -> Webhook {
        var hook = hook
        hook.startsBehind = try EventLog.latestSequence(db)
        hook.failingSince = nil
        hook.disabledReason = nil
        return hook
    }

    private static func find(_ db: any SQLConnection, _ owner: UserID, _ id: WebhookID) throws -> Webhook {
        guard let hook = try WebhookSQL.get(db, id), hook.owner == owner else { throw ScriberrError.noWebhook }
        return hook
    }

    private static func find(_ db: any SQLConnection, _ owner: UserID, _ id: DeliveryID) throws -> WebhookDelivery {
        guard let delivery = try DeliverySQL.get(db, id), delivery.owner == owner else {
            throw ScriberrError(.notFound, "There is no such delivery.")
        }
        return delivery
    }
}

extension ScriberrError {
    static let noWebhook = ScriberrError(.notFound, "There is no such webhook.")
}
