import HTTPTypes
import ScriberrCore
import Testing

@testable import ScriberrServer

@Suite struct TrustedProxyTests {
    @Test(arguments: ["127.0.0.1", "10.0.0.0/8, ::1", "fd00::/8,192.168.7.1/32", "::ffff:10.0.0.1", "10.0.0.1/1"])
    func `addresses and ranges are read`(text: String) { #expect(TrustedProxies(text) != nil) }

    @Test(arguments: [
        "", ",", "127.0.0.1,", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0/8", "0.0.0.0/0",
        "::/0", "fd00::/129",
        "fe80::1%eth0", "*", "::ffff:10.0.0.0/104", "10.0.0.0/+8",
    ])
    func `anything else is refused, and everybody cannot be trusted`(text: String) { #expect(TrustedProxies(text) == nil) }

    @Test(arguments: [
        // The last address that is no proxy of ours, whatever stands before it.
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"), ("10.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4,203.0.113.7 , 10.9.9.9", "203.0.113.7"), ("10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"), ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("fd00::1", "[2001:DB8:0::7]:4711", "2001:db8::7"), ("::ffff:10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        // What names no address is where the trail ends.
        ("10.0.0.1", "", "10.0.0.1"), ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, nonsense, 10.0.0.2", "10.0.0.2"), ("10.0.0.1", "203.0.113.7,", "10.0.0.1"),
        // Strangers are not believed.
        ("11.0.0.1", "203.0.113.7", "11.0.0.1"), ("fe00::1", "203.0.113.7", "fe00::1"), ("local", "203.0.113.7", "local"),
    ])
    func `a trusted proxy says for whom it asks`(peer: String, header: String, client: String) throws {
        let proxies = try #require(TrustedProxies("10.0.0.0/8,fd00::/8"))
        #expect(proxies.client(of: peer, [.forwardedFor: header]) == client)
    }

    @Test(arguments: [
        ("for=203.0.113.7", "203.0.113.7"),
        ("For=1.2.3.4;proto=http, proto=https; FOR=\"203.0.113.7:80\" ;by=10.0.0.1", "203.0.113.7"),
        ("for=\"[2001:db8::7]:4711\", for=10.2.2.2", "2001:db8::7"), ("for=1.2.3.4, for=unknown", "10.0.0.1"),
        ("for=1.2.3.4, for=_hidden", "10.0.0.1"), ("for=1.2.3.4, proto=https", "10.0.0.1"),
        // Nothing that a client wrote makes another address of what the proxy added.
        ("for=\"1.2.3.4, for=203.0.113.7", "10.0.0.1"), ("for=\"a\\\", for=1.2.3.4\", for=203.0.113.7", "203.0.113.7"),
    ])
    func `so does the standard header`(header: String, client: String) throws {
        let proxies = try #require(TrustedProxies("10.0.0.0/8"))
        #expect(proxies.client(of: "10.0.0.1", [.forwarded: header]) == client)
    }

    @Test func `lines of a header are one list, and where the two headers differ neither is believed`() throws {
        let proxies = try #require(TrustedProxies("10.0.0.0/8"))
        var headers: HTTPFields = [:]
        headers[values: .forwardedFor] = ["1.2.3.4, 203.0.113.7", "10.0.0.2"]
        #expect(proxies.client(of: "10.0.0.1", headers) == "203.0.113.7")
        headers[.forwarded] = "for=203.0.113.7"
        #expect(proxies.client(of: "10.0.0.1", headers) == "203.0.113.7")
        headers[.forwarded] = "for=1.2.3.4"
        #expect(proxies.client(of: "10.0.0.1", headers) == "10.0.0.1")
        #expect(proxies.client(of: "10.0.0.1", [:]) == "10.0.0.1")
        #expect(TrustedProxies().client(of: "10.0.0.1", headers) == "10.0.0.1")
    }

    @Test func `wrong passwords of one client behind a trusted proxy lock out no other`() async throws {
        try await ServerWorld.run {
            $0.trustedProxies = TrustedProxies("127.0.0.0/8") ?? TrustedProxies()
        } _: { world async throws in
            _ = try await world.register()
            // What it writes before the proxy's word does not make it many.
            #expect(try await isLockedOut(world) { "198.51.100.\($0), 203.0.113.7" })
            let other = world.anonymous.adding("X-Forwarded-For", "203.0.113.8")
            #expect(try await login(other, "alice", "correct horse").status == 200)
            #expect(world.log.text.contains("203.0.113.7"))
        }
    }

    @Test func `what a client itself says of its address is not believed`() async throws {
        try await ServerWorld.run { world async throws in
            _ = try await world.register()
            #expect(try await isLockedOut(world) { "198.51.100.\($0)" })
            #expect(!world.log.text.contains("198.51.100."))
        }
    }

    /// Whether a client that tries ever other names has to wait in the end.
    private func isLockedOut(_ world: ServerWorld, _ forwardedFor: (Int) -> String) async throws -> Bool {
        for number in 1...90 {
            let client = world.anonymous.adding("X-Forwarded-For", forwardedFor(number))
            let answer = try await login(client, "nobody\(number)", "wrong horse")
            if answer.status == 429 { return number > 60 }
            #expect(answer.status == 401)
        }
        return false
    }

    private func login(_ client: TestClient, _ name: String, _ password: String) async throws -> TestAnswer {
        try await client.send("POST", "/api/v1/auth/login", json: #"{"username":"\#(name)","password":"\#(password)"}"#)
    }
}
