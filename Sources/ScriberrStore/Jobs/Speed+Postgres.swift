import ScriberrCore

extension Speed {
    /// The statement that adds one sample. A row that another completion is about to change is passed over: a running average
    /// can do without one sample, but completions must not wait for each other.
    static let postgresNote = """
        WITH free AS (SELECT model FROM queue_speed WHERE model = $1 FOR UPDATE SKIP LOCKED),
        noted AS (
            UPDATE queue_speed SET samples = samples + 1, updated_at = $3,
                seconds_per_audio_second = seconds_per_audio_second * \(1 - weight) + $2 * \(weight)
            FROM free WHERE queue_speed.model = free.model
        )
        INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at)
        SELECT $1, $2, 1, $3 WHERE NOT EXISTS (SELECT 1 FROM queue_speed WHERE model = $1)
        ON CONFLICT (model) DO NOTHING
        """
}
