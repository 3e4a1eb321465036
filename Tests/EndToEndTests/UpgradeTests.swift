import Foundation
import ScriberrTestSupport
import Synchronization
import Testing

/// A cluster whose processes are replaced one by one by those of a release with newer tables, while clients work.
@Suite(.serialized, .enabled(if: Cluster.isPossible, "tools/run-tests starts PostgreSQL."))
struct UpgradeTests {
    @Test(.timeLimit(.minutes(15)))
    func `an upgrade of one process after the other is nothing that a client sees`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await Cluster(folder: folder, workers: 1)
            let balancer = Balancer(cluster.clients)
            let traffic = Traffic(balancer)
            let clients = (0..<2).map { number in Task { await traffic.run(number) } }
            defer { for client in clients { client.cancel() } }

            // The first new node changes the tables under everybody.
            let first = cluster.makeSuccessor("next0", "serve")
            await balancer.add(try await APIClient.signedIn(at: first.start()))
            try await traffic.waitForJob()
            await balancer.takeOut(0)
            #expect(await cluster.nodes[0].stop() == 0)

            let old = cluster.makeNode("old")
            let died = await #expect(throws: ServerDied.self) { _ = try await old.start() }
            #expect(died?.output.contains { $0.contains("made by a newer version") } == true, "\(died?.output ?? [])")
            #expect(await old.waitForEnd() == 1)

            let second = cluster.makeSuccessor("next1", "serve")
            await balancer.add(try await APIClient.signedIn(at: second.start()))
            await balancer.takeOut(1)
            #expect(await cluster.nodes[1].stop() == 0)
            // The old worker goes on for as long as it is left alone.
            try await traffic.waitForJob()

            let worker = cluster.makeSuccessor("next2", "worker")
            try worker.spawn()
            _ = await worker.logged { $0.contains("Transcription job claimed") }
            #expect(await cluster.workers[0].stop() == 0)
            try await traffic.waitForJob()

            traffic.end()
            for client in clients { await client.value }
            try await traffic.check()
            for process in [worker, first, second] { #expect(await process.stop() == 0, "\(process.output.suffix(5))") }
            try cluster.postgres.kill()
        }
    }
}

/// What stands before the nodes: a request goes to one that is open, and a node is taken out before it is stopped.
private actor Balancer {
    private var clients: [APIClient]
    private var open: [Int]
    private var underWay: [Int: Int] = [:]
    private var turn = 0
    private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]

    init(_ clients: [APIClient]) {
        self.clients = clients
        open = Array(clients.indices)
    }

    func add(_ client: APIClient) {
        clients.append(client)
        open.append(clients.count - 1)
    }

    /// Sends a node no more requests, and returns when it has answered those it had.
    func takeOut(_ number: Int) async {
        open.removeAll { $0 == number }
        if underWay[number, default: 0] > 0 { await withCheckedContinuation { waiters[number] = $0 } }
    }

    nonisolated func send(_ request: @Sendable (APIClient) async throws -> APIClient.Answer) async throws -> APIClient.Answer {
        let (number, client) = await begin()
        do {
            let answer = try await request(client)
            await end(number)
            return answer
        } catch {
            await end(number)
            throw error
        }
    }

    private func begin() -> (Int, APIClient) {
        turn += 1
        let number = open[turn % open.count]
        underWay[number, default: 0] += 1
        return (number, clients[number])
    }

    private func end(_ number: Int) {
        underWay[number, default: 0] -= 1
        if underWay[number] == 0 { waiters.removeValue(forKey: number)?.resume() }
    }
}

/// Clients that work all the time and remember every answer that was not what they asked for.
private final class Traffic: Sendable {
    private struct State {
        var requests = 0
        var troubles: [String] = []
        var jobs: [String] = []
        var isOver = false
    }

    private let balancer: Balancer
    private let state = Mutex(State())
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    init(_ balancer: Balancer) { self.balancer = balancer }

    func end() { state.withLock { $0.isOver = true } }

    func run(_ number: Int) async {
        var profile = 0
        while !state.withLock({ $0.isOver }), !Task.isCancelled {
            profile += 1
            // The pace of a busy person's page, so that the machine has something left for the work itself.
            try? await Task.sleep(for: .milliseconds(50))
            let name = "client \(number), profile \(profile)"
            await ask("GET", "transcriptions?limit=20")
            await ask("GET", "files?limit=20")
            await ask("GET", "auth/me")
            await ask("GET", "transcriptions?q=welcome")
            let made = await ask("POST", "profiles", ["name": name])
            if let id = made?.json["id"] as? String { await ask("DELETE", "profiles/\(id)") }
            guard number == 0, await ask("GET", "admin/queue")?.json["queued"] as? Int == 0 else { continue }
            let submitted = await request { [welcome] in try await $0.upload(welcome, to: "transcriptions:submit") }
            if let id = submitted?.json["id"] as? String { state.withLock { $0.jobs.append(id) } }
        }
    }

    /// Waits until a job is done that was brought from now on.
    func waitForJob() async throws {
        let before = state.withLock { $0.jobs.count }
        while true {
            try await Task.sleep(for: .milliseconds(200))
            guard let job = state.withLock({ $0.jobs.dropFirst(before).first }) else { continue }
            if await ask("GET", "transcriptions/\(job)")?.json["status"] as? String == "completed" { return }
        }
    }

    /// Waits for the jobs that are left and holds what happened against what was promised.
    func check() async throws {
        let (jobs, troubles, requests) = state.withLock { ($0.jobs, $0.troubles, $0.requests) }
        #expect(troubles == [], "\(troubles.count) of \(requests) requests")
        for job in jobs {
            while await ask("GET", "transcriptions/\(job)")?.json["status"] as? String != "completed" {
                try await Task.sleep(for: .milliseconds(100))
            }
            let attempts = await ask("GET", "transcriptions/\(job)/executions")?.json["items"] as? [[String: Any]] ?? []
            #expect(attempts.count { $0["status"] as? String == "completed" } == 1, "\(job): \(attempts)")
        }
        print("chaos: upgrade, \(requests) requests, \(troubles.count) of them in trouble, \(jobs.count) jobs")
    }

    @discardableResult
    private func ask(_ method: String, _ path: String, _ json: [String: String]? = nil) async -> APIClient.Answer? {
        await request { try await $0.send(method, path, json: json) }
    }

    private func request(_ body: @Sendable (APIClient) async throws -> APIClient.Answer) async -> APIClient.Answer? {
        do {
            let answer = try await balancer.send(body)
            state.withLock { state in
                state.requests += 1
                if answer.status >= 300 { state.troubles.append("\(answer.status) \(answer.text)") }
            }
            return answer
        } catch {
            state.withLock { $0.troubles.append("\(error)") }
            return nil
        }
    }
}
