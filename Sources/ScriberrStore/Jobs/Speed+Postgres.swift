import ScriberrCore

extension Speed {
    /// PostgreSQL refuses to calculate with what is almost nothing, which many samples of nothing would come to.
    private static let least = "1e-12"

    /// The statement that adds one sample. A row that another completion is about to change is passed over: a running average
    /// can do without one sample, but completions must not wait for each other.
    static let postgresNote = """
        WITH free AS (SELECT model FROM queue_speed WHERE model = $1 FOR UPDATE SKIP LOCKED),
        noted AS (
            UPDATE queue_speed SET samples = samples + 1, updated_at = $3,
                seconds_per_audio_second = greatest(seconds_per_audio_second * \(1 - weight) + $2 * \(weight), \(least))
            FROM free WHERE queue_speed.model = free.model
        )
        INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at)
        SELECT $1, $2, 1, $3 WHERE NOT EXISTS (SELECT 1 FROM queue_speed WHERE model = $1)
        ON CONFLICT (model) DO NOTHING
        """

    /// The parts of a statement that add the samples of the rows of `plain`. Samples of one model count like as many samples of
    /// their mean.
    static let postgresNotes = """
        samples AS (
            SELECT model, count(*) AS n, max(at) AS at, avg((at - started_at) / 1e6 / audio) AS speed, power(\(1 - weight), count(*)) AS kept
            FROM (
                SELECT '' AS model, at, started_at, audio FROM plain
                UNION ALL SELECT model, at, started_at, audio FROM plain WHERE model <> ''
            ) AS each WHERE audio > 0 AND at >= started_at GROUP BY model
        ),
        free AS (SELECT speed.model FROM queue_speed AS speed JOIN samples USING (model) FOR UPDATE OF speed SKIP LOCKED),
        measured AS (
            UPDATE queue_speed AS known SET samples = known.samples + samples.n, updated_at = samples.at,
                seconds_per_audio_second = greatest(
                    known.seconds_per_audio_second * samples.kept + samples.speed * (1 - samples.kept), \(least)
                )
            FROM samples JOIN free USING (model) WHERE known.model = samples.model
        ),
        first AS (
            INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at)
            SELECT model, speed, n, at FROM samples
            WHERE NOT EXISTS (SELECT 1 FROM queue_speed AS known WHERE known.model = samples.model)
            ON CONFLICT (model) DO NOTHING
        )
        """
}
