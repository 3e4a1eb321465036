import ScriberrCore
package import ScriberrStore

extension TranscriptionService {
    /// Every process that runs jobs or ran them a short while ago, and whether it still shows signs of life. For admins.
    package func workers() async throws -> [(row: WorkerRow, isAlive: Bool)] {
        let since = clock.now() - line.deadAfter
        return try await database.read { try InstanceSQL.all($0) }.map { ($0, $0.seenAt >= since) }
    }
}
