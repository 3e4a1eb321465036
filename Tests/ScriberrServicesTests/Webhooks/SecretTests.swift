import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

/// Secrets of webhooks as the database has them.
@Suite struct SecretTests {
    private let url = "https://example.org/hook"
    private let box = SecretBox(serverSecret: Array("one".utf8))

    @Test func `a secret is closed each time another way, and opens only for its server`() throws {
        let (first, second) = (try box.close("whsec_abc"), try box.close("whsec_abc"))
        #expect(first != second)
        #expect(!first.text.contains("abc"))
        #expect(try box.open(first) == "whsec_abc")
        #expect(throws: ScriberrError.self) { try SecretBox(serverSecret: Array("two".utf8)).open(first) }
        let later = SecretBox(serverSecret: Array("two".utf8), earlier: [Array("one".utf8)])
        #expect(try later.open(first) == "whsec_abc")
        #expect(throws: ScriberrError.self) { try box.open(SealedSecret(String(first.text.dropLast(4)))) }
    }

    @Test func `what an earlier version left open can be read, and is closed at the start`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let issued = try await world.services.webhooks.create(ann, .init(url: url, types: ["file.ready"]))
            #expect(try await world.stored().allSatisfy { !$0.contains("whsec_") })
            var old = issued.hook
            (old.secret, old.previousSecret) = (SealedSecret(issued.secret), SealedSecret("whsec_b2xk"))
            let plain = old
            try await world.database.write { try WebhookSQL.update($0, plain) }
            #expect(try await world.stored() == [issued.secret, "whsec_b2xk"])
            try await world.expectSigned(ann, issued, 1)
            #expect(try await world.services.webhooks.closeSecrets() == 0)
            #expect(try await world.stored().allSatisfy { $0.hasPrefix("aes:") })
            try await world.expectSigned(ann, issued, 2)
        }
    }

    @Test func `a secret of another server signs nothing, and its owner is told what to do`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let webhooks = world.services.webhooks
            var hook = try await webhooks.create(ann, .init(url: url, types: ["file.ready"])).hook
            hook.secret = try box.close("whsec_abc")
            let foreign = hook
            try await world.database.write { try WebhookSQL.update($0, foreign) }
            #expect(try await webhooks.closeSecrets() == 1)
            let failed = try await webhooks.test(ann, hook.id)
            #expect(failed.status == .failed)
            #expect(failed.lastError?.contains("Rotate the secret") == true)
            #expect(world.receiver.requests.isEmpty)
            _ = try await webhooks.rotateSecret(ann, hook.id)
            #expect(try await webhooks.test(ann, hook.id).status == .delivered)
        }
    }
}

extension World {
    /// The secrets as they lie in the database.
    fileprivate func stored() async throws -> [String] {
        try await database.read { db in
            try db.query("SELECT secret, previous_secret FROM webhooks", []).flatMap { row in
                [try row.text("secret"), try row.optionalText("previous_secret")].compactMap(\.self)
            }
        }
    }

    /// Expects a test message, the `number`th request, to be signed with the secret.
    fileprivate func expectSigned(_ owner: UserID, _ issued: IssuedWebhook, _ number: Int) async throws {
        _ = try await services.webhooks.test(owner, issued.hook.id)
        #expect(receiver.requests.count == number)
        let request = try #require(receiver.requests.last)
        let signature = try #require(request.signature(with: issued.secret))
        #expect(request.header("webhook-signature")?.split(separator: " ").contains(Substring(signature)) == true)
    }
}
