import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct WebhookTests {
    private let url = "https://example.org/hook"

    @Test func `an event reaches those who subscribed to its type, signed`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let secret = try await world.issued(ann, url, ["file.ready"]).secret
            _ = try await world.hook(ann, "https://example.org/other", ["file.deleted"])
            _ = try await world.hook(try await world.ben(), "https://example.org/ben", ["file.ready"])
            try await world.couriering {
                let file = try await world.file(ann)
                let request = try #require(await world.receiver.next(url))
                let message = try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
                #expect(message["type"] as? String == "file.ready")
                #expect((message["data"] as? [String: Any])?["id"] as? String == file.id.text)
                #expect(request.header("webhook-signature") == request.signature(with: secret))
                #expect(Set(world.receiver.requests.map(\.url)) == [url])
            }
        }
    }

    @Test func `a new secret and the old one sign for a while`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let hook = try await world.hook(ann, url, ["file.ready"])
            let new = try await world.services.webhooks.rotateSecret(ann, hook.id).hook
            #expect(new.secret != hook.secret)
            #expect(new.signingSecrets(at: world.clock.now()) == [new.secret, hook.secret])
            #expect(new.signingSecrets(at: world.clock.now() + .seconds(90_000)) == [new.secret])
        }
    }

    @Test func `what fails is sent again under the same id, later and later, until it is given up`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.answer(url, .failed("The address cannot be reached or broke off."))
            let courier = Task { await world.services.courier.run() }
            _ = try await world.file(ann)
            for (number, usual) in WebhookPolicy.usualDelays.enumerated() {
                let wait = try await world.waitAfterAttempt(number + 1, ann, hook)
                #expect(wait >= usual * 0.8)
                #expect(wait <= usual * 1.2)
                world.clock.advance(by: wait)
                world.services.courier.wake()
            }
            _ = try await world.waitAfterAttempt(10, ann, hook)
            courier.cancel()
            await courier.value
            let last = try await world.delivery(ann, hook)
            #expect(last.status == .failed)
            #expect(Set(world.receiver.requests.map { $0.header("webhook-id") }).count == 1)
        }
    }

    @Test func `a receiver that failed for three days is left alone, and its owner hears of it`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.answer(url, .answered(status: 500, retryAfter: nil, beginning: ""))
            try await world.couriering {
                _ = try await world.file(ann)
                #expect(await eventually { (try? await world.delivery(ann, hook))?.attempts == 1 })
                world.clock.advance(by: .seconds(3 * 86_400 + 10))
                world.services.courier.wake()
                #expect(await eventually { (try? await world.services.webhooks.get(ann, hook.id))?.isEnabled == false })
                #expect(try await world.events(ann).last == "webhook.disabled")
                let count = world.receiver.requests.count
                _ = try await world.file(ann, "Abb")
                let awake = try await world.services.webhooks.update(ann, hook.id, .init(isEnabled: true))
                #expect(awake.failingSince == nil && awake.disabledReason == nil)
                world.receiver.answer(url, .answered(status: 200, retryAfter: nil, beginning: ""))
                let file = try await world.file(ann, "Acc")
                #expect(await eventually { world.receiver.requests.count > count })
                #expect(world.receiver.requests.last?.body.contains(file.id.text) == true)
            }
        }
    }

    @Test func `an account that is locked out is sent nothing`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            let other = "https://example.org/ben"
            let hook = try await world.hook(ben, other, ["file.ready"])
            _ = try await world.hook(ann, url, ["file.ready"])
            world.receiver.answer(other, .answered(status: 500, retryAfter: nil, beginning: ""))
            try await world.couriering {
                _ = try await world.file(ben)
                _ = try await world.waitAfterAttempt(1, ben, hook)
                // One message waits for its next attempt, another is yet to come.
                _ = try await world.services.accounts.setDisabled(ben, true)
                _ = try await world.file(ben, "Abb")
                world.clock.advance(by: .seconds(600))
                _ = try await world.file(ann)
                #expect(await world.receiver.next(url) != nil)
                #expect(world.receiver.requests(to: other).count == 1)
            }
        }
    }

    @Test func `410 ends a webhook at once`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.answer(url, .answered(status: 410, retryAfter: nil, beginning: ""))
            try await world.couriering {
                _ = try await world.file(ann)
                #expect(await eventually { (try? await world.services.webhooks.get(ann, hook.id))?.isEnabled == false })
            }
        }
    }

    @Test func `a slow receiver holds up its own messages only`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            _ = try await world.hook(ann, "https://slow.example", ["file.ready"])
            _ = try await world.hook(ann, url, ["file.ready"])
            world.receiver.hold("https://slow.example")
            try await world.couriering {
                for number in 0..<60 { _ = try await world.file(ann, "A\(number)") }
                #expect(await eventually { world.receiver.requests(to: url).count == 60 })
                #expect(await eventually { world.receiver.requests(to: "https://slow.example").count >= 4 })
                #expect(world.receiver.requests(to: "https://slow.example").count == 4)
                world.receiver.release()
                #expect(await eventually { world.receiver.requests(to: "https://slow.example").count == 60 })
            }
        }
    }

    @Test func `what a dead sender had begun is sent again`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.hold(url)
            let courier = Task { await world.services.courier.run() }
            _ = try await world.file(ann)
            #expect(await eventually { world.receiver.requests.count == 1 })
            // The courier goes away before the receiver answers: nothing is noted.
            courier.cancel()
            world.receiver.release()
            await courier.value
            #expect(try await world.delivery(ann, hook).attempts == 0)
            world.clock.advance(by: .seconds(60))
            try await world.couriering {
                #expect(await eventually { (try? await world.delivery(ann, hook))?.status == .delivered })
                #expect(Set(world.receiver.requests.map { $0.header("webhook-id") }).count == 1)
            }
        }
    }

    @Test func `a callback hears of the end of its job alone`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let callback = JobCallback(url: "https://example.org/callback")
            let job = try await world.job(ann, NewTranscription(callback: callback))
            _ = try await world.job(ann)
            try await world.couriering {
                try await world.complete(try #require(try await world.claim()), "hello")
                let request = try #require(await world.receiver.next("https://example.org/callback"))
                #expect(request.body.contains(job.id.text))
                #expect(request.body.hasPrefix(#"{"type":"transcription.completed""#))
                try await world.complete(try #require(try await world.claim()), "hello")
                #expect(world.receiver.requests.count == 1)
            }
            #expect(try await world.services.webhooks.list(ann).isEmpty)
            #expect(try await world.services.webhooks.list(ann, withCallbacks: true).first?.job == job.id)
        }
    }

    @Test func `a retry tells whoever its job told, under the same secret`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let callback = JobCallback(url: "https://example.org/callback")
            let first = try await world.job(ann, NewTranscription(callback: callback))
            _ = try await world.services.transcriptions.cancel(ann, first.id)
            let second = try await world.services.transcriptions.retry(ann, first.id)
            try await world.couriering {
                #expect(await eventually { world.receiver.requests.count == 1 })
                try await world.complete(try #require(try await world.claim()), "hello")
                #expect(await eventually { world.receiver.requests.count == 2 })
            }
            let (canceled, completed) = (world.receiver.requests[0], world.receiver.requests[1])
            #expect(canceled.body.contains(first.id.text) && canceled.body.contains("transcription.canceled"))
            #expect(completed.body.contains(second.id.text) && completed.body.contains("transcription.completed"))
            #expect(completed.signature(with: callback.secret) == completed.header("webhook-signature"))
        }
    }

    @Test func `a webhook that is deleted while it is tested is not there`() async throws {
        try await World.with { world in
            let (ann, webhooks) = (try await world.ann(), world.services.webhooks)
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.hold(url)
            async let tested = webhooks.test(ann, hook.id)
            #expect(await eventually { world.receiver.requests.count == 1 })
            try await webhooks.delete(ann, hook.id)
            world.receiver.release()
            do {
                _ = try await tested
                Issue.record("It was tested.")
            } catch let error as ScriberrError {
                #expect(error.code == .notFound)
            }
        }
    }

    @Test func `a test tells at once what became of it, and a delivery can be sent again`() async throws {
        try await World.with { world in
            let (ann, webhooks) = (try await world.ann(), world.services.webhooks)
            let hook = try await world.hook(ann, url, ["file.ready"])
            world.receiver.answer(
                url,
                .answered(status: 500, retryAfter: nil, beginning: "out of order"),
                .answered(status: 204, retryAfter: nil, beginning: "")
            )
            let failed = try await webhooks.test(ann, hook.id)
            #expect(failed.status == .failed && failed.lastStatus == 500)
            #expect(try await webhooks.delivery(ann, failed.id).1.map(\.response) == ["out of order"])
            try await world.couriering {
                _ = try await webhooks.replay(ann, failed.id)
                #expect(await eventually { (try? await webhooks.delivery(ann, failed.id).0)?.status == .delivered })
                #expect(try await webhooks.delivery(ann, failed.id).1.map(\.number) == [1, 2])
            }
        }
    }

    @Test(arguments: [
        (WebhookService.Draft(url: "ftp://example.org"), "url"), (WebhookService.Draft(), "url"),
        (WebhookService.Draft(url: "https://example.org", types: ["transcription.progress"]), "events"),
        (WebhookService.Draft(url: "https://example.org", types: []), "events"),
        (WebhookService.Draft(url: "https://example.org", description: String(repeating: "a", count: 501)), "description"),
    ])
    func `what cannot be is refused with the field`(_ draft: WebhookService.Draft, _ field: String) async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let error = await #expect(throws: ScriberrError.self) { try await world.services.webhooks.create(ann, draft) }
            #expect(error?.code == .validation && error?.field == field)
        }
    }
}

extension World {
    fileprivate func issued(_ owner: UserID, _ url: String, _ types: [String]) async throws -> IssuedWebhook {
        try await services.webhooks.create(owner, .init(url: url, types: types))
    }

    fileprivate func hook(_ owner: UserID, _ url: String, _ types: [String]) async throws -> Webhook {
        try await issued(owner, url, types).hook
    }

    /// The newest delivery of a webhook. Throws while there is none.
    fileprivate func delivery(_ owner: UserID, _ hook: Webhook) async throws -> WebhookDelivery {
        guard let delivery = try await services.webhooks.deliveries(owner, hook.id).items.first else {
            throw ScriberrError(.notFound, "Nothing is to be delivered yet.")
        }
        return delivery
    }

    /// Waits until this attempt was noted and answers how long it is to the next.
    fileprivate func waitAfterAttempt(_ number: Int, _ owner: UserID, _ hook: Webhook) async throws -> Duration {
        let isNoted = await eventually {
            let delivery = try? await self.delivery(owner, hook)
            return delivery?.attempts == number
        }
        guard isNoted else { throw ScriberrError(.internalError, "Attempt \(number) did not come.") }
        return try await delivery(owner, hook).nextAttemptAt - clock.now()
    }

    /// Runs `body` while the courier works.
    fileprivate func couriering(_ body: () async throws -> Void) async throws {
        let courier = services.courier
        let task = Task { await courier.run() }
        do {
            try await body()
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }
}

extension ScriptedReceiver {
    /// The first request that comes to this address; nil when none does.
    fileprivate func next(_ url: String) async -> WebhookRequest? {
        _ = await eventually { !self.requests(to: url).isEmpty }
        return requests(to: url).first
    }
}
