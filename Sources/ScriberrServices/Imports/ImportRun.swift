import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ScriberrCore
import ScriberrStore

extension ImportService {
    /// Works on a claimed import until it has ended, its lease is lost, its file is deleted or the task is canceled.
    func perform(_ job: ImportJob, _ onFailure: @escaping @Sendable (any Error) -> Void) async {
        do {
            // A stop may fall between the claim and here, and another worker of ours may have put this very import back just now.
            try Task.checkCancellation()
            guard job.attempt <= Self.attemptsMax else {
                throw ScriberrError(.downloadFailed, "The server ended too often while it fetched the recording.")
            }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await fetch(job)
                    return true
                }
                group.addTask { try await hold(job) }
                group.addTask {
                    try await Task.sleep(for: policy.timeout)
                    throw ScriberrError(.downloadFailed, "The import took longer than \(policy.timeout.text).")
                }
                _ = try await group.next()
                group.cancelAll()
            }
        } catch {
            await end(job, error, onFailure)
        }
    }

    /// Renews the lease until it cannot: then the import is somebody else's, or nobody's any more. A file that is deleted here is
    /// noticed at once, one that another server deletes at the next renewal.
    private func hold(_ job: ImportJob) async throws -> Bool {
        let departure = library.departures.listen(job.file.text)
        while true {
            await departure.wait(atMost: policy.lease / 4)
            try Task.checkCancellation()
            let expiry = clock.now() + policy.lease
            guard try await database.write({ try ImportSQL.renew($0, job, until: expiry) }) else { return false }
        }
    }

    private func fetch(_ job: ImportJob) async throws {
        let address = try OutboundAddress(job.url)
        let upload = try await library.beginUpload(job.owner, fileName: address.fileName, declaredType: "audio/*")
        do {
            let meter = ImportMeter(job, database, clock)
            let title: String?
            if job.isFromSite {
                guard let sites = policy.sites else { throw Self.programMissing }
                if !policy.network.allowsPrivateAddresses { _ = try await policy.network.pinned(address) }
                title = try await sites.download(job.url) { bytes in
                    try await upload.write(bytes)
                    await meter.add(bytes.count)
                }
            } else {
                title = nil
                try await fetch(address, into: upload, meter)
            }
            try await library.fill(job, upload, title: job.hasTitle ? nil : title)
        } catch {
            await upload.abort()
            throw error
        }
    }

    /// A recording that lies at the address itself.
    private func fetch(_ address: OutboundAddress, into upload: Upload, _ meter: ImportMeter) async throws {
        let limit = library.uploadLimitBytes
        try await OutboundHTTP(policy: policy.network).send(to: address, redirects: 5, timeout: policy.timeout) { request in
            request.headers.add(name: "accept", value: "audio/*, video/*, */*;q=0.1")
        } read: { response in
            guard response.status == .ok else {
                throw ScriberrError(.downloadFailed, "The address answered with status \(response.status.code).")
            }
            let length = response.headers.first(name: "content-length").flatMap { Int64($0) }
            if let length, length > limit { throw ScriberrError.uploadTooLarge(limit) }
            await meter.expect(length)
            for try await piece in response.body {
                try await upload.write(Array(piece.readableBytesView)[...])
                await meter.add(piece.readableBytes)
            }
        }
    }

    /// Ends an import that did not end well. What was given up for a stop of the server goes on after the next start.
    private func end(_ job: ImportJob, _ error: any Error, _ onFailure: @escaping @Sendable (any Error) -> Void) async {
        let isStopped = error is CancellationError || Task.isCancelled
        // In a task of its own: a canceled one must still be able to write this.
        await Task {
            do {
                if isStopped {
                    try await database.write { try ImportSQL.release($0, job) }
                    return
                }
                let failure = error as? ScriberrError
                if failure == nil || failure?.code == .serviceUnavailable { onFailure(error) }
                let reason = failure ?? ScriberrError(.internalError, "The recording could not be fetched.")
                let now = clock.now()
                try await database.write { db in
                    guard try ImportSQL.remove(db, job), let file = try FileSQL.fail(db, job.owner, job.file, reason, at: now)
                    else {
                        return
                    }
                    try LibraryService.announce(db, file, .fileFailed)
                }
            } catch {
                // The lease ends, and somebody tries again.
                onFailure(error)
            }
        }.value
    }
}

extension OutboundAddress {
    /// The last part of the path, for what its ending tells.
    fileprivate var fileName: String {
        url.prefix { $0 != "?" }.split(separator: "/").dropFirst(2).last.map(String.init) ?? "import"
    }
}

/// Tells how far an import is, at most once a second.
private actor ImportMeter {
    private let job: ImportJob
    private let database: any Database
    private let clock: any WallClock
    private var received: Int64 = 0
    private var expected: Int64?
    private var told: ContinuousClock.Instant?

    init(_ job: ImportJob, _ database: any Database, _ clock: any WallClock) {
        self.job = job
        self.database = database
        self.clock = clock
    }

    func expect(_ bytes: Int64?) { expected = bytes }

    func add(_ bytes: Int) async {
        received += Int64(bytes)
        if let told, ContinuousClock.now - told < .seconds(1) { return }
        told = .now
        let (job, now, total) = (job, clock.now(), expected)
        let progress = total.map { $0 > 0 ? min(1, Double(received) / Double($0)) : 0 }
        let payload =
            #"{"id":"\#(job.file.text)","status":"processing","received_bytes":\#(received),"#
            + #""total_bytes":\#(total.map(String.init) ?? "null"),"progress":\#(progress.map { String($0) } ?? "null")}"#
        // An event that cannot be written is no reason to give up the import.
        _ = try? await database.write { db in
            try EventLog.append(db, owner: job.owner, subject: job.file.text, type: .fileProgress, payload: payload, at: now)
        }
    }
}

extension EventType {
    /// More of a file was fetched.
    static let fileProgress = EventType(rawValue: "file.progress")
}
