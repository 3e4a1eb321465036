import ScriberrCore
import ScriberrServices
import ScriberrStore

extension ServerWorld {
    /// Claims the next job as a worker would.
    func claim() async throws -> ClaimedJob {
        let request = ClaimRequest(instance: .make(), count: 1, leaseExpiresAt: .now + .seconds(60), now: .now)
        guard let claimed = try await SQLJobStore(database: database).claim(request).jobs.first else {
            throw ScriberrError(.internalError, "There is no job to claim.")
        }
        return claimed
    }

    /// Ends the next job, which must be `id`, with this transcript, and makes it searchable.
    func finish(_ id: String, _ transcript: String) async throws {
        let claimed = try await claim()
        guard claimed.job.id.text == id else { throw ScriberrError(.internalError, "Another job was next.") }
        let result = JobResult(transcript: Array(transcript.utf8), text: "")
        _ = try await SQLJobStore(database: database).complete(claimed.lease, result, at: .now)
        try await services.indexer.catchUp()
    }
}
