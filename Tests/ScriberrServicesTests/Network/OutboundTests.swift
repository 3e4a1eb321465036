import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ScriberrCore
import ScriberrTestServer
import Synchronization
import Testing

@testable import ScriberrServices

@Suite(.timeLimit(.minutes(15)))
struct OutboundTests {
    @Test(arguments: [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.168.1.1", "192.0.0.192", "192.0.2.1", "198.19.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255",
        "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "fe80::1",
        "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "3fff::1", "::7f00:1",
    ])
    func `an address that is not of the Internet at large is closed`(text: String) throws {
        #expect(try #require(InternetAddress(text)).isPublic == false)
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.17.255.255",
        "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ])
    func `an address of the Internet is open`(text: String) throws {
        let address = try #require(InternetAddress(text))
        #expect(address.isPublic)
        #expect(InternetAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "ftp://example.org/a", "file:///etc/passwd", "gopher://example.org", "http://", "http:///a", "//example.org/a",
        "http://user@example.org", "http://user:pw@example.org", "http://exa mple.org", "http://ex%61mple.org",
        "http://münchen.example", "http://example.org:0", "http://example.org:99999", "http://[fe80::1%25eth0]/",
        "http://a\u{0}b.example/", "javascript:alert(1)",
    ])
    func `what is no plain web address is refused with its field`(text: String) async {
        await expect(Failure(.validation, "callback_url")) { try OutboundAddress(text, field: "callback_url") }
    }

    @Test func `an address reads the same for everybody`() throws {
        #expect(try OutboundAddress(" HTTP://Example.ORG.:8080/a?b=c#d ").url == "http://example.org:8080/a?b=c")
        #expect(try OutboundAddress("https://[2606:4700::1111]").host == "2606:4700::1111")
    }

    @Test(arguments: ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
    func `no way of writing this machine leads to it`(host: String) async throws {
        let address = try OutboundAddress("http://\(host):1/")
        await expect(Failure(.forbidden)) { try await OutboundPolicy().pinned(address) }
    }

    @Test func `a name with one private address among public ones is refused`() async throws {
        let policy = OutboundPolicy(resolver: Names(["trap.test": ["8.8.8.8", "10.0.0.1"], "fine.test": ["::1", "8.8.8.8"]]))
        let trap = try OutboundAddress("http://trap.test/")
        await expect(Failure(.forbidden)) { try await policy.pinned(trap) }
        let unknown = try OutboundAddress("http://unknown.test/")
        await expect(Failure(.downloadFailed)) { try await policy.pinned(unknown) }
    }

    @Test func `the address that was checked is the one that is connected to`() async throws {
        try await TestServer.serving { request, answer in
            try await answer.whole(Array("\(request.headers["host"] ?? "") \(request.path)".utf8))
        } _: { server in
            // No resolver of this machine knows the name, so an answer proves that none was asked again.
            let http = http(["rebind.test": ["127.0.0.1"]])
            let address = try OutboundAddress("http://ReBind.test:\(server.port)/x")
            #expect(try await http.send(to: address, timeout: .seconds(300), read: text) == "rebind.test:\(server.port) /x")
        }
    }

    @Test func `a webhook's host that changes its mind between check and connection gains nothing`() async throws {
        let heard = Mutex(0)
        try await TestServer.serving { _, answer in
            heard.withLock { $0 += 1 }
            try await answer.whole(Array("in".utf8))
        } _: { server in
            // The first answer is where nobody listens, every later one is the server: who asked again would get through.
            let names = Turncoat(["127.0.0.2", "127.0.0.1"])
            let sender = OutboundSender(policy: OutboundPolicy(allowsPrivateAddresses: true, resolver: names))
            let request = WebhookRequest(
                url: "http://rebind.test:\(server.port)/",
                headers: [],
                body: "{}",
                timeout: .seconds(300)
            )
            guard case .failed = await sender.send(request) else { return #expect(Bool(false), "the second address was used") }
            #expect(names.questions == 1)
            // Asked anew for the next message it gets through: only the address was in the way.
            guard case .answered(status: 200, _, _) = await sender.send(request) else {
                return #expect(Bool(false), "the server was not reached")
            }
        }
        #expect(heard.withLock { $0 } == 1)
    }

    @Test func `a webhook's host that is public when it is subscribed and private when it is called is refused`() async throws {
        let heard = Mutex(0)
        try await TestServer.serving { _, answer in
            heard.withLock { $0 += 1 }
            try await answer.whole(Array("in".utf8))
        } _: { server in
            let names = Turncoat(["8.8.8.8", "127.0.0.1"])
            let policy = OutboundPolicy(resolver: names)
            let url = "http://rebind.test:\(server.port)/"
            try OutboundSender(policy: policy).check(url: url)
            #expect(try await policy.pinned(OutboundAddress(url)).description == "8.8.8.8")
            let request = WebhookRequest(url: url, headers: [], body: "{}", timeout: .seconds(300))
            guard case .failed(let reason) = await OutboundSender(policy: policy).send(request) else {
                return #expect(Bool(false), "a private address was reached")
            }
            #expect(reason.contains("private network"))
        }
        #expect(heard.withLock { $0 } == 0)
    }

    @Test func `a redirect is checked like the first address`() async throws {
        try await TestServer.serving { request, answer in
            let target = request.path == "/out" ? "http://inside.test/" : "/end"
            if request.path == "/end" { return try await answer.whole(Array("arrived".utf8)) }
            try await answer.whole([], [("location", target)], status: "302 Found")
        } _: { server in
            // Public in name only: the first stands for a host of the Internet, the second is what it redirects to.
            let names = Names(["outside.test": ["127.0.0.1"]], closed: ["inside.test"])
            let http = OutboundHTTP(policy: OutboundPolicy(allowsPrivateAddresses: true, resolver: names))
            let base = "http://outside.test:\(server.port)"
            let near = try OutboundAddress(base + "/near")
            #expect(try await http.send(to: near, redirects: 3, timeout: .seconds(300), read: text) == "arrived")
            let out = try OutboundAddress(base + "/out")
            await expect(Failure(.forbidden)) { try await http.send(to: out, redirects: 3, timeout: .seconds(300), read: text) }
            // Without redirects the answer itself is what counts.
            let status = try await http.send(to: near, timeout: .seconds(300)) { Int($0.status.code) }
            #expect(status == 302)
        }
    }

    @Test func `redirects without end are given up`() async throws {
        let count = Mutex(0)
        try await TestServer.serving { _, answer in
            count.withLock { $0 += 1 }
            try await answer.whole([], [("location", "/again")], status: "307 Temporary Redirect")
        } _: { server in
            let address = try OutboundAddress("http://loop.test:\(server.port)/")
            await expect(Failure(.downloadFailed)) {
                try await http(["loop.test": ["127.0.0.1"]]).send(to: address, redirects: 4, timeout: .seconds(300), read: text)
            }
        }
        #expect(count.withLock { $0 } == 5)
    }

    @Test func `a host that says nothing costs its time and no more`() async throws {
        try await TestServer.serving { _, answer in
            try await answer.stall()
        } _: { server in
            let policy = OutboundPolicy(allowsPrivateAddresses: true, resolver: Names(["slow.test": ["127.0.0.1"]]))
            let http = OutboundHTTP(policy: policy, silenceTimeout: .milliseconds(200))
            let address = try OutboundAddress("http://slow.test:\(server.port)/")
            await expect(Failure(.downloadFailed)) { try await http.send(to: address, timeout: .seconds(300), read: text) }
        }
    }

    @Test func `a webhook's receiver that answers at once has answered, however slowly it goes on`() async throws {
        try await TestServer.serving { _, answer in
            try await answer.head("200 OK", [("content-length", "100000")])
            try await answer.send(Array("thanks".utf8)[...])
            try await answer.stall()
        } _: { server in
            let policy = OutboundPolicy(allowsPrivateAddresses: true, resolver: Names(["slow.test": ["127.0.0.1"]]))
            let request = WebhookRequest(url: "http://slow.test:\(server.port)/", headers: [], body: "{}", timeout: .seconds(300))
            let reply = await OutboundSender(policy: policy, bodyPatience: .milliseconds(200)).send(request)
            guard case .answered(status: 200, _, let beginning) = reply else {
                return #expect(Bool(false), "the answer was not taken: \(reply)")
            }
            #expect("thanks".hasPrefix(beginning))
        }
    }

    private func http(_ names: [String: [String]]) -> OutboundHTTP {
        OutboundHTTP(policy: OutboundPolicy(allowsPrivateAddresses: true, resolver: Names(names)))
    }

    private let text: @Sendable (HTTPClientResponse) async throws -> String = { response in
        String(buffer: try await response.body.collect(upTo: 10_000))
    }
}

/// A resolver that knows what a test tells it, and plays a private network for the names in `closed`.
private struct Names: HostResolver {
    private let names: [String: [String]]
    private let closed: Set<String>

    init(_ names: [String: [String]], closed: Set<String> = []) {
        self.names = names
        self.closed = closed
    }

    func addresses(of host: String) async throws -> [InternetAddress] {
        if closed.contains(host) { throw ScriberrError(.forbidden, "closed") }
        guard let found = names[host] else { throw ScriberrError(.downloadFailed, "unknown") }
        return found.compactMap { InternetAddress($0) }
    }
}

/// A resolver that gives one answer after the other, and the last one for ever.
private final class Turncoat: HostResolver {
    private let answers: Mutex<[String]>
    private let asked = Mutex(0)

    var questions: Int { asked.withLock { $0 } }

    init(_ answers: [String]) { self.answers = Mutex(answers) }

    func addresses(of host: String) async throws -> [InternetAddress] {
        asked.withLock { $0 += 1 }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        return [answer].compactMap { InternetAddress($0) }
    }
}
