import Foundation
import HTTPTypes
import NIOHTTP1
import ScriberrCore
import Testing

@testable import ScriberrServer

@Suite struct SignedAddressTests {
    @Test func `a signed address plays without credentials, in ranges too, and opens nothing else`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let (file, job) = (try await client.upload(), try await client.job())
            for thing in ["files/\(file)", "transcriptions/\(job)"] {
                let signed = try await client.send("POST", "/api/v1/\(thing):sign-audio")
                let url = try #require(signed["url"])
                #expect(url.hasPrefix("/api/v1/\(thing)/audio?signature="))
                let whole = try await world.anonymous.get(url)
                #expect(whole.status == 200 && whole.body == TestForm.recording())
                let part = try await world.anonymous.get(url, [("Range", "bytes=2-5")])
                #expect(part.status == 206 && part.body == Array(TestForm.recording()[2...5]))
                #expect(try await world.anonymous.send("HEAD", url).status == 200)
                let query = url.drop { $0 != "?" }
                for route in Route.all where !route.takesSignedAddress {
                    if case .open = route.endpoint { continue }
                    let id = route.pattern.text.contains("files") ? file : job
                    let path = route.pattern.text.replacing("{id}", with: id) + query
                    let answer = try await world.anonymous.send(route.method.rawValue, path)
                    #expect(answer.failure == "401 UNAUTHORIZED", "\(route.name)")
                }
            }
        }
    }

    @Test func `a signature belongs to one path and cannot be changed`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let first = try await client.upload()
            let second = try await client.upload(TestForm.recording(seed: 7))
            let url = try await client.send("POST", "/api/v1/files/\(first):sign-audio")["url"] ?? ""
            let signature = String(url.split(separator: "=")[1])
            #expect(try await world.anonymous.get("/api/v1/files/\(second)/audio?signature=\(signature)").status == 401)
            for index in [0, 10, 24, 40, signature.count - 3] {
                var changed = Array(signature)
                changed[index] = changed[index] == "A" ? "B" : "A"
                #expect(try await world.anonymous.get("/api/v1/files/\(first)/audio?signature=\(String(changed))").status == 401)
            }
            for bad in ["", "x", "%00", String(repeating: "A", count: 4_000)] {
                #expect(try await world.anonymous.get("/api/v1/files/\(first)/audio?signature=\(bad)").status == 401)
            }
            #expect(try await client.get("/api/v1/files/\(first)/audio?signature=x").status == 200)
        }
    }

    @Test func `an address ends with its time and with the account's sessions`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let path = "/api/v1/files/\(file):sign-audio"
            for bad in ["0", "-1", "21601"] {
                let answer = try await client.send("POST", path, json: #"{"expires_in":\#(bad)}"#)
                #expect(answer.failure == "422 VALIDATION_ERROR expires_in")
            }
            #expect(try await client.send("POST", path, json: #"{"expires_in":"soon"}"#).failure == "400 INVALID_REQUEST")
            let before = Timestamp.now
            let signed = try await client.send("POST", path, json: #"{"expires_in":60}"#)
            let end = try #require(Timestamp(rfc3339: signed["expires_at"] ?? ""))
            // Written in whole seconds.
            #expect(end > before + .seconds(58) && end <= .now + .seconds(60))
            #expect(try await client.send("POST", "/api/v1/auth/logout-all").status == 200)
            #expect(try await world.anonymous.get(signed["url"] ?? "").failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a signature is void when its second is over, and another secret knows none of it`() {
        struct Clock: WallClock {
            var time: Timestamp
            func now() -> Timestamp { time }
        }
        let start = Timestamp(microseconds: 1_800_000_000_000_000)
        let secret = Array(repeating: UInt8(7), count: 32)
        let maker = SignedAddresses(secret: secret, clock: Clock(time: start))
        let address = maker.make("/a", user: UserID(9), tokenVersion: 3, lifetime: .seconds(10))
        let signature = String(address.url.dropFirst("/a?signature=".count))
        #expect(address.expiresAt == start + .seconds(10))
        #expect(maker.read(signature, path: "/a") == SignedAddresses.Grant(user: UserID(9), tokenVersion: 3))
        #expect(maker.read(signature, path: "/b") == nil)
        let almost = SignedAddresses(secret: secret, clock: Clock(time: start + .milliseconds(9_999)))
        #expect(almost.read(signature, path: "/a") != nil)
        let late = SignedAddresses(secret: secret, clock: Clock(time: start + .seconds(10)))
        #expect(late.read(signature, path: "/a") == nil)
        let other = SignedAddresses(secret: Array(repeating: 8, count: 32), clock: Clock(time: start))
        #expect(other.read(signature, path: "/a") == nil)
    }
}
