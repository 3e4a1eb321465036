import ScriberrCore
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

/// Many event streams at once.
@Suite struct Audiences {
    /// Puts events of about `bytes` bytes each into the log, as one commit each.
    private func note(_ count: Int, bytes: Int = 10, _ world: ServerWorld) async throws {
        let owner = try #require(try await world.database.read { try $0.query("SELECT id FROM users", []).first?.user("id") })
        for number in 0..<count {
            let payload = #"{"number":\#(number),"padding":"\#(String(repeating: "x", count: bytes))"}"#
            _ = try await world.database.write { db in
                try EventLog.append(
                    db,
                    owner: owner,
                    subject: "profile_x",
                    type: EventType(rawValue: "profile.updated"),
                    payload: payload,
                    at: .now
                )
            }
        }
    }

    /// Which of the noted events a stream tells of, in its order.
    private func numbers(_ text: String) -> [Int] {
        text.split(separator: "\n").compactMap { line in
            line.hasPrefix("data: {\"number\":") ? Int(line.dropFirst(16).prefix { $0.isNumber }) : nil
        }
    }

    @Test func `every stream that keeps up gets each event once, in order`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await client.events("/api/v1/events?types=profile.updated") { events async throws in
                            var text = ""
                            while !text.contains("\"number\":29"), let block = try await events.next() { text += block + "\n" }
                            return numbers(text)
                        }
                    }
                }
                #expect(await eventually { world.server.followingStreams == 6 })
                try await note(30, world)
                for try await heard in group { #expect(heard == Array(0..<30)) }
            }
            #expect(await eventually { world.server.followingStreams == 0 })
        }
    }

    @Test func `a stream that takes nothing for a while is passed by, and catches up without a gap`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await RawConnection.open(port: world.port) { slow async throws in
                try await slow.send(
                    "GET /api/v1/events HTTP/1.0\r\nHost: x\r\nAuthorization: \(client.headers[0].1)\r\n\r\n"
                )
                #expect(try await slow.read(until: "event: snapshot"))
                #expect(await eventually { world.server.followingStreams == 1 })
                try await client.events("/api/v1/events") { quick async throws in
                    _ = try await quick.next(named: "snapshot")
                    #expect(await eventually { world.server.followingStreams == 2 })
                    async let noting: Void = note(150, bytes: 60_000, world)
                    var heard: [Int] = []
                    while heard.last != 149, let block = try await quick.next() { heard += numbers(block) }
                    try await noting
                    #expect(heard == Array(0..<150))
                }
                // 9 MB went by; of the slow one's the system holds a part and the connection a little.
                #expect(world.server.followingStreams == 0)
                var heard: [Int] = []
                while heard.last != 149, let text = try await slow.take(until: "\n\n") { heard += numbers(text) }
                #expect(heard == Array(0..<150))
                #expect(await eventually { world.server.followingStreams == 1 })
                try await note(1, world)
                #expect(try await slow.take(until: "\n\n").map(numbers) == [0])
            }
        }
    }

    @Test func `streams that keep up end when the log closes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await client.events("/api/v1/events") { events async throws in
                _ = try await events.next(named: "snapshot")
                #expect(await eventually { world.server.followingStreams == 1 })
                world.services.events.close()
                while try await events.next() != nil {}
            }
        }
    }
}
