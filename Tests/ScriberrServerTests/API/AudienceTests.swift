import NIOCore
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@testable import ScriberrServer

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
            let request = "GET /api/v1/events HTTP/1.0\r\nHost: x\r\nAuthorization: \(client.headers[0].1)\r\n\r\n"
            try await RawConnection.open(port: world.port, roomBytes: 65_536) { slow async throws in
                try await slow.send(request)
                #expect(try await slow.read(until: "event: snapshot"))
                #expect(await eventually { world.server.followingStreams == 1 })
                try await RawConnection.open(port: world.port) { quick async throws in
                    try await quick.send(request)
                    #expect(try await quick.read(until: "event: snapshot"))
                    #expect(await eventually { world.server.followingStreams == 2 })
                    async let noting: Void = note(100, bytes: 200_000, world)
                    #expect(try await places(&quick, through: 99) == Array(0..<100))
                    try await noting
                    // 20 MB went by. The system holds a part of the slow one's, the connection a little.
                    #expect(await eventually { world.server.followingStreams == 1 })
                }
                #expect(try await places(&slow, through: 99) == Array(0..<100))
                #expect(await eventually { world.server.followingStreams == 1 })
                try await note(1, world)
                #expect(try await places(&slow, through: 0) == [0])
            }
        }
    }

    /// Which of the noted events come, up to and with one.
    private func places(_ connection: inout RawConnection, through last: Int) async throws -> [Int] {
        let mark = ByteSearch(Array("data: {\"number\":".utf8))
        var (found, rest): ([Int], [UInt8]) = ([], [])
        while found.last != last, let bytes = try await connection.next() {
            rest += bytes.readableBytesView
            let view = ByteBufferView(rest)
            var from = 0
            while let hit = mark.firstIndex(in: view, from: from) {
                let digits = rest[hit...].dropFirst(mark.pattern.count).prefix { $0 != UInt8(ascii: ",") }
                from = hit
                // The rest of the number comes with the next bytes.
                guard digits.endIndex < rest.endIndex, !digits.isEmpty else { break }
                found.append(Int(String(decoding: digits, as: UTF8.self)) ?? -1)
                from = digits.endIndex
            }
            rest.removeFirst(mark.firstIndex(in: view, from: from) ?? rest.endIndex)
        }
        return found
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
