import ScriberrCore

/// How long a second of audio takes, as a running average per model and over all (the empty model).
enum Speed {
    /// How much the newest job counts.
    static let weight = 0.2

    static func note(
        _ connection: any SQLConnection,
        _ result: JobResult,
        took duration: Duration,
        at now: Timestamp
    ) throws {
        guard let audio = result.audioSeconds, audio > 0, duration >= .zero else { return }
        let speed = duration.inSeconds / audio
        let models = Set(["", result.engine.transcriptionModel ?? ""])
        for model in models.sorted() {
            if connection.dialect == .postgres {
                try connection.perform(postgresNote, [.text(model), .real(speed), .time(now)])
                continue
            }
            try connection.perform(
                """
                INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at) VALUES ($1, $2, 1, $3)
                ON CONFLICT (model) DO UPDATE SET samples = queue_speed.samples + 1, updated_at = excluded.updated_at,
                    seconds_per_audio_second = queue_speed.seconds_per_audio_second * \(1 - weight)
                        + excluded.seconds_per_audio_second * \(weight)
                """,
                [.text(model), .real(speed), .time(now)]
            )
        }
    }

    /// Seconds that a second of audio takes; nil before the first job. The average over all stands in for an unknown model.
    static func secondsPerAudioSecond(_ connection: any SQLConnection, model: String?) throws -> Double? {
        try connection.query(
            """
            SELECT seconds_per_audio_second AS speed FROM queue_speed WHERE model IN ($1, '')
            ORDER BY length(model) DESC LIMIT 1
            """,
            [.text(model ?? "")]
        ).first?.real("speed")
    }
}
