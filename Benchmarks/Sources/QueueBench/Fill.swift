import ScriberrCore
import ScriberrStore

/// Makes the file `db`: `finished` completed jobs with their attempts and last events, and `queued` waiting ones; then says
/// how long that took. Waiting jobs belong to the first owner, unless `spread=yes` gives each owner its share.
func fill(_ order: Order) async throws {
    let name = order.text("db", "claim")
    let (finished, queued) = (order.number("finished", 0), order.number("queued", 0))
    let bench = try await BenchStore(order, file: name, owners: order.number("owners", 200))
    let start = ContinuousClock.now
    let isSpread = order.text("spread", "no") == "yes"
    let piece = 50_000
    for first in stride(from: 0, to: finished, by: piece) {
        let count = min(piece, finished - first)
        try await bench.addJobs(.completed, from: first, count: count, owners: bench.owners.count)
    }
    for first in stride(from: 0, to: queued, by: piece) {
        let count = min(piece, queued - first)
        try await bench.addJobs(.queued, from: first, count: count, owners: isSpread ? bench.owners.count : 1)
    }
    await bench.close()
    let seconds = (ContinuousClock.now - start).inSeconds
    report("fill", [("db", name), ("finished", "\(finished)"), ("queued", "\(queued)")], [("fill_s", seconds)])
}

extension BenchStore {
    /// Adds rows such as jobs leave behind, or such as wait, by one statement per table.
    fileprivate func addJobs(_ status: JobStatus, from first: Int, count: Int, owners: Int) async throws {
        let (firstOwner, now) = (self.owners[0], Timestamp.now)
        let isDone = status == .completed
        let prefix = isDone ? "tr_0190000000" : "tr_0191000000"
        let numbers = "WITH RECURSIVE numbers (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)"
        let range: [SQLValue] = [.int(first), .int(first + count - 1)]
        try await database.write { connection in
            try connection.execute(
                """
                \(numbers)
                INSERT INTO transcriptions (id, owner, file_id, blob_key, title, title_folded, status, options, priority,
                    queued_at, run_after, is_due, attempt, max_attempts, stage, progress, audio_seconds, created_at,
                    updated_at, completed_at)
                SELECT printf('\(prefix)%022d', n), $3 + n % $4, printf('file_%032d', n), printf('files/file_%032d', n),
                    printf('Meeting of the working group, part %d', n), printf('meeting of the working group, part %09d', n),
                    $5, '{"device":"auto","diarization":false,"hotwords":[],"task":"transcribe"}', 0, $6 + n, 0, $7, $8, 3, $9, $10, 60 + n % 3600, $11 + n, $12 + n, $13
                FROM numbers
                """,
                range + [
                    .id(firstOwner), .int(owners), .text(status.rawValue), .time(now - .seconds(86_400)), .bool(!isDone),
                    .int(isDone ? 1 : 0), .text(status.rawValue), .real(isDone ? 1 : 0), .time(now - .seconds(86_400)),
                    .time(now - .seconds(80_000)), isDone ? .time(now) : .null,
                ]
            )
            guard isDone else { return }
            try connection.execute(
                """
                \(numbers)
                INSERT INTO executions (job, number, id, status, provider, model, started_at, completed_at)
                SELECT printf('\(prefix)%022d', n), 1, printf('exec_%034d', n), 'completed', 'local', 'whisper-base', 0, 1
                FROM numbers
                """,
                range
            )
            try connection.execute(
                """
                \(numbers)
                INSERT INTO events (owner, subject, type, payload, at)
                SELECT $3 + n % $4, printf('\(prefix)%022d', n), 'transcription.completed',
                    '{"id":"tr_00000000000000000000000000000000","status":"completed","progress":1.0,"stage":"completed"}', 0
                FROM numbers
                """,
                range + [.id(firstOwner), .int(owners)]
            )
        }
    }
}
