import Foundation
import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct `Many claimers` {
    @Test(arguments: SchedulingPolicy.allCases)
    func `on connections of their own never get the same job`(_ policy: SchedulingPolicy) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.db"
            try await fill(path, jobs: 200)
            let leases = try await withThrowingTaskGroup(of: [Lease].self) { group in
                for number in 1...4 { group.addTask { try await drain(path, number, policy) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(leases.count == 200)
            #expect(Set(leases).count == 200)
            try await expectAllCompletedOnce(path)
        }
    }

    @Test func `in processes of their own never get the same job`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.db"
            try await fill(path, jobs: 200)
            let helpers = try (1...3).map { try startHelper(path, $0) }
            for helper in helpers {
                await helper.ended()
                #expect(helper.process.terminationStatus == 0)
            }
            try await expectAllCompletedOnce(path)
            let workers = try await instancesThatWorked(path)
            #expect(workers.count > 1, "Only \(workers) worked; the processes did not meet.")
        }
    }

    /// Runs in the processes that the test above starts.
    @Test(.enabled(if: helperPath != nil, "Runs only in processes that another test starts."))
    func `helper process drains the queue`() async throws {
        let path = try #require(helperPath)
        let number = Int(ProcessInfo.processInfo.environment["SCRIBERR_CLAIM_HELPER_NUMBER"] ?? "") ?? 0
        _ = try await drain(path, number, .fifo)
    }
}

private let helperPath = ProcessInfo.processInfo.environment["SCRIBERR_CLAIM_HELPER"]

/// Claims and completes jobs until none is left, on a connection of its own. Answers what it got.
private func drain(_ path: String, _ number: Int, _ policy: SchedulingPolicy) async throws -> [Lease] {
    let database = try SQLiteDatabase(path: path)
    let store = SQLJobStore(database: database)
    let instance = InstanceID(trusted: "inst_\(number)")
    var leases: [Lease] = []
    while true {
        let now = Timestamp.now
        let request = ClaimRequest(
            instance: instance,
            count: 2,
            leaseExpiresAt: now + .seconds(60),
            policy: policy,
            now: now
        )
        let jobs = try await store.claim(request).jobs
        if jobs.isEmpty { break }
        for job in jobs {
            leases.append(job.lease)
            #expect(try await store.describe(job.lease, provider: instance.text, model: "m") == .applied)
            let result = JobResult(transcript: Array("{}".utf8), text: "")
            #expect(try await store.complete(job.lease, result, at: .now) == .applied)
        }
    }
    await database.close()
    return leases
}

private func fill(_ path: String, jobs: Int) async throws {
    let database = try SQLiteDatabase(path: path)
    let now = Timestamp.now - .seconds(10)
    try await database.write { connection in
        let owners = try (1...3).map { try insertOwner(connection, "owner\($0)", at: now) }
        for number in 0..<jobs {
            let job = Transcription(
                id: TranscriptionID(trusted: "tr_" + padded(number)),
                owner: owners[number % owners.count],
                fileID: FileID(trusted: "file_1"),
                title: "A",
                options: TranscriptionOptions(),
                createdAt: now
            )
            try JobSQL.enqueue(connection, job, blobKey: "blob")
        }
    }
    await database.close()
}

private func expectAllCompletedOnce(_ path: String) async throws {
    let database = try SQLiteDatabase(path: path)
    let (jobs, attempts, ends) = try await database.read { connection in
        (
            try connection.query("SELECT DISTINCT status, attempt FROM transcriptions", [])
                .map { "\(try $0.text("status")) \(try $0.int("attempt"))" },
            try connection.query("SELECT count(*) AS rows FROM executions WHERE status = 'completed'", [])
                .first?.int("rows"),
            try connection.query("SELECT count(*) AS rows FROM events WHERE type = 'transcription.completed'", [])
                .first?.int("rows")
        )
    }
    #expect(jobs == ["completed 1"])
    #expect(attempts == 200)
    #expect(ends == 200)
    await database.close()
}

private func instancesThatWorked(_ path: String) async throws -> [String] {
    let database = try SQLiteDatabase(path: path)
    let found = try await database.read { connection in
        try connection.query("SELECT DISTINCT provider FROM executions", []).map { try $0.text("provider") }
    }
    await database.close()
    return found
}

/// This test program once more, running nothing but the helper.
private struct Helper {
    let process: Process
    let end: AsyncStream<Void>

    func ended() async { for await _ in end {} }
}

private func startHelper(_ path: String, _ number: Int) throws -> Helper {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--testing-library", "swift-testing", "--filter", "helper_process_drains|helper process drains"]
    process.environment = ProcessInfo.processInfo.environment.merging([
        "SCRIBERR_CLAIM_HELPER": path, "SCRIBERR_CLAIM_HELPER_NUMBER": String(number),
    ]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    let (end, hasEnded) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in hasEnded.finish() }
    try launch(process)
    return Helper(process: process, end: end)
}
