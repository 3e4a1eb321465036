import Foundation
import NIOHTTP1
import ScriberrTestSupport
import Testing

@testable import ScriberrServer

@Suite struct BundleTests {
    private static let canonical = """
        {"text":"Good morning.","segments":[{"id":"seg_000001","start":1,"end":2,"text":"Good morning."}],\
        "words":[{"start":1,"end":1.5,"word":"good"},{"start":1.5,"end":2,"word":"morning"}],"engine":{}}
        """

    private func finished(_ world: ServerWorld, _ client: TestClient) async throws -> String {
        let id = try await client.job()
        try await world.finish(id, Self.canonical)
        return id
    }

    @Test func `several transcripts come in one archive, each under a name of its own`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let (first, second) = (try await finished(world, client), try await finished(world, client))
            let body = #"{"ids":["\#(first)","\#(second)","\#(first)"]}"#
            let answer = try await client.send("POST", "/api/v1/transcriptions:export?format=srt&speakers=false", json: body)
            #expect(answer.status == 200 && answer.headers["Content-Type"] == ["application/zip"])
            #expect(answer.headers.first(name: "Content-Disposition")?.contains("transcripts.zip") == true)
            let names = try await unpacked(answer.body)
            #expect(names.count == 2 && names.keys.contains { $0.hasSuffix(" (2).srt") }, "\(names.keys)")
            #expect(names.values.allSatisfy { $0.contains("00:00:01,000 --> 00:00:02,000") && $0.contains("Good morning.") })
        }
    }

    @Test func `what cannot be packed is said before anything is sent`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let done = try await finished(world, client)
            let waiting = try await client.job()
            func failure(_ path: String, _ ids: [String]) async throws -> String? {
                let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
                return try await client.send("POST", "/api/v1/transcriptions:export" + path, json: #"{"ids":[\#(list)]}"#).failure
            }
            #expect(try await failure("?format=txt", [done, waiting]) == "409 CONFLICT ids")
            #expect(try await failure("?format=txt", []) == "422 VALIDATION_ERROR ids")
            #expect(try await failure("?format=txt", ["nonsense"]) == "422 VALIDATION_ERROR ids")
            #expect(try await failure("?format=txt", ["tr_00000000000000000000000000000000"]) == "404 NOT_FOUND")
            #expect(try await failure("?format=wav", [done]) == "422 VALIDATION_ERROR format")
            #expect(try await failure("", [done]) == "422 VALIDATION_ERROR format")
            #expect(try await failure("?format=srt&max_lines=99", [done]) == "422 VALIDATION_ERROR max_lines")
            #expect(try await failure("?format=txt", Array(repeating: done, count: 501)) == "422 VALIDATION_ERROR ids")
        }
    }

    @Test func `the second of a name gets a number, however it is written`() {
        var names = BundleNames()
        let given = ["a.srt", "A.srt", "a.srt", "a (2).srt", "b"].map { names.next($0) }
        #expect(given == ["a.srt", "A (2).srt", "a (3).srt", "a (2) (2).srt", "b"])
    }

    /// What an archive holds, read by Python's own reader, which checks the sums too.
    private func unpacked(_ bytes: [UInt8]) async throws -> [String: String] {
        try await withTemporaryFolder { folder in
            let path = folder + "/bundle.zip"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let script =
                "import sys, zipfile, json; z = zipfile.ZipFile(sys.argv[1]); "
                + "print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", script, path]
            let pipe = Pipe()
            process.standardOutput = pipe
            try launch(process)
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return try JSONDecoder().decode([String: String].self, from: output)
        }
    }
}
