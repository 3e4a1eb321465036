import Foundation
import Glibc
import ScriberrTestSupport
import Testing

/// Clients that get no answer and send again.
@Suite(.serialized)
struct ResendTests {
    private static let kills = 8
    private static let senders = 12

    @Test(.timeLimit(.minutes(15)))
    func `what is sent again under its key after a kill is there once`() async throws {
        try await withTemporaryFolder { folder in
            let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
            var server = ServerProcess(folder: folder)
            var client = try await APIClient.registered(at: server.start())
            #expect(try await client.send("POST", "admin/queue:pause").status == 200)
            let file = try await client.upload(welcome, to: "files").json["id"] as? String ?? ""
            var jobs: [String: String] = [:]
            for round in 1...Self.kills {
                let (answered, unanswered) = await storm(round, client, file, server)
                #expect(!unanswered.isEmpty)
                jobs.merge(answered) { $1 }
                server = ServerProcess(folder: folder)
                client = try await APIClient.signedIn(at: server.start())
                for key in unanswered { jobs[key] = await create(client, file, key) }
            }
            // What was answered before a kill is answered again.
            for key in jobs.keys.prefix(200) { #expect(await create(client, file, key) == jobs[key]) }
            let stats = try await client.send("GET", "admin/queue").json
            #expect(stats["queued"] as? Int == jobs.count)
            #expect(Set(jobs.values).count == jobs.count)
            #expect(await server.stop() == 0)
        }
    }

    /// Many create jobs until the server is killed: the jobs that were answered, by key, and the keys that were not.
    private func storm(
        _ round: Int,
        _ client: APIClient,
        _ file: String,
        _ server: ServerProcess
    ) async -> (answered: [String: String], unanswered: [String]) {
        await withTaskGroup(of: (answered: [String: String], last: String?).self) { group in
            for sender in 1...Self.senders {
                group.addTask {
                    var answered: [String: String] = [:]
                    for number in 1... {
                        let key = "\(round)-\(sender)-\(number)"
                        guard let job = await create(client, file, key) else { return (answered, key) }
                        answered[key] = job
                        // The kill falls into the midst of what others send.
                        if sender == 1, number == 10 * round { server.signal(SIGKILL) }
                    }
                    return (answered, nil)
                }
            }
            // A client would look for the server for minutes.
            group.addTask {
                _ = await server.waitForEnd()
                return ([:], nil)
            }
            var (answered, unanswered): ([String: String], [String]) = ([:], [])
            for await part in group {
                guard let last = part.last else {
                    group.cancelAll()
                    continue
                }
                answered.merge(part.answered) { $1 }
                unanswered.append(last)
            }
            return (answered, unanswered)
        }
    }

    /// Creates a job under a key and answers its id; nil when there is no answer.
    private func create(_ client: APIClient, _ file: String, _ key: String) async -> String? {
        let headers = ["Idempotency-Key": key]
        guard let answer = try? await client.send("POST", "transcriptions", json: ["file_id": file], headers: headers) else {
            return nil
        }
        #expect(answer.status == 202, "\(answer.text)")
        return answer.json["id"] as? String
    }
}
