import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import ScriberrCore

/// Sends deliveries to the Internet, or to wherever the operator allows, at the address that was checked. Redirects are not
/// followed, and no more of an answer is read than its beginning.
package struct OutboundSender: WebhookSender {
    private let policy: OutboundPolicy
    private let http: OutboundHTTP
    /// How long an answer's body may take: the status has said what counts.
    private let bodyPatience: Duration
    private static let answerBytesMax = 4_096

    package init(policy: OutboundPolicy, bodyPatience: Duration = .seconds(2)) {
        self.policy = policy
        self.bodyPatience = bodyPatience
        http = OutboundHTTP(policy: policy)
    }

    package func check(url: String) throws {
        let address = try OutboundAddress(url)
        // Names are looked up when something is sent; an address that says itself where it leads is refused at once.
        guard !policy.allowsPrivateAddresses, let literal = Self.literal(address.host), !literal.isPublic else { return }
        throw ScriberrError(
            .validation,
            "The address leads to this machine or a private network, which this server does not reach for you.",
            field: "url"
        )
    }

    package func send(_ request: WebhookRequest) async -> WebhookReply {
        // Nothing on the way may take longer, a name that is looked up included.
        await withTaskGroup(of: WebhookReply?.self) { group in
            group.addTask { await exchange(request) }
            group.addTask {
                // A canceled sleep is one that lost the race.
                try? await Task.sleep(for: request.timeout + bodyPatience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .failed("The address took too long.")
        }
    }

    private func exchange(_ request: WebhookRequest) async -> WebhookReply {
        do {
            return try await http.send(
                to: OutboundAddress(request.url),
                timeout: request.timeout,
                prepare: { message in
                    message.method = .POST
                    for (name, value) in request.headers { message.headers.replaceOrAdd(name: name, value: value) }
                    message.body = .bytes(ByteBuffer(string: request.body))
                },
                read: { response in
                    let wait = response.headers.first(name: "retry-after").flatMap { Int($0) }.map { Duration.seconds($0) }
                    let beginning = await beginning(of: response.body)
                    return .answered(status: Int(response.status.code), retryAfter: wait, beginning: beginning)
                }
            )
        } catch let error as ScriberrError {
            return .failed(error.message)
        } catch {
            return .failed("The attempt was broken off.")
        }
    }

    /// The first bytes of an answer, as many as come soon. One that breaks off behind its head still is an answer.
    private func beginning(of body: HTTPClientResponse.Body) async -> String {
        let heard = Beginning(bytesMax: Self.answerBytesMax)
        await withTaskGroup { group in
            group.addTask { await heard.read(body) }
            // A canceled sleep is one that lost the race.
            group.addTask { try? await Task.sleep(for: bodyPatience) }
            await group.next()
            group.cancelAll()
        }
        return await heard.text
    }

    /// The address that a host in numbers means, also in forms such as `127.1` and `0x7f000001`, which resolvers understand.
    private static func literal(_ host: String) -> InternetAddress? {
        if let address = InternetAddress(host) { return address }
        var four = in_addr()
        guard inet_aton(host, &four) != 0 else { return nil }
        return InternetAddress(bytes: withUnsafeBytes(of: four) { Array($0) })
    }
}

/// What has come of an answer's body.
private actor Beginning {
    private let bytesMax: Int
    private var bytes: [UInt8] = []

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func read(_ body: HTTPClientResponse.Body) async {
        do {
            for try await piece in body {
                bytes += piece.readableBytesView.prefix(bytesMax - bytes.count)
                if bytes.count >= bytesMax { break }
            }
        } catch {
            // The status was all that counts.
        }
    }
}
