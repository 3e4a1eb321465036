import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// One diarization. The library wants the whole recording at once: 64 kB a second, 2.3 GB for ten hours.
struct DiarizeRun: Sendable {
    let order: DiarizeOrder
    let recording: Recording
    let wire: EventWriter
    let position: PositionBook
    /// Asks for the memory that so many bytes take. Throws when there is too little.
    let makeRoom: @Sendable (Int64) throws -> Void

    /// Runs to the end. `diarizer` loads the models for a recording of the given length.
    func run(diarizer: (Double) async throws -> Diarizer) async throws -> OrderReport {
        let processorBefore = ResourceUse.processorSeconds
        let (samples, isTruncated) = try await readAll()
        let length = seconds(ofSamples: samples.count)
        wire.send(.audio(order: order.order, seconds: length))
        let turns = samples.count < sampleRate / 2 ? [] : try await turns(in: samples, with: try await diarizer(length))
        wire.send(.turns(order: order.order, turns: turns.map { placed($0, length: length) }))
        position.scanned(to: recording.start + length)
        tellPosition()
        return OrderReport(
            audioSeconds: length,
            speechSeconds: turns.reduce(0) { $0 + $1.end - $1.start },
            processorSeconds: ResourceUse.processorSeconds - processorBefore,
            peakMemoryBytes: ResourceUse.peakMemoryBytes,
            flags: isTruncated ? ["AUDIO_TRUNCATED"] : []
        )
    }

    private func readAll() async throws -> ([Float], Bool) {
        var all: [Float] = []
        // Room for all at once: growing would need the double at times.
        let facts = try await recording.facts()
        if let expected = recording.seconds(facts) {
            try makeRoom(Diarizer.memoryBytes(seconds: expected))
            all.reserveCapacity(samples(inSeconds: expected) + sampleRate)
        }
        let isTruncated = try await recording.read(facts: facts) { all.append(contentsOf: $0) }
        return (all, isTruncated)
    }

    private func turns(in samples: [Float], with diarizer: Diarizer) async throws -> [SpeakerTurn] {
        if let exact = order.exactSpeakers { return try await process(samples, diarizer, .exactly(exact)) }
        let found = try await process(samples, diarizer, .found)
        let count = Set(found.map(\.speaker)).count
        let least = order.minSpeakers ?? 1
        let most = order.maxSpeakers ?? Int.max
        // Nobody speaking stays nobody. There is no way to cluster anew without the rest.
        guard count > 0, !(least...most).contains(count) else { return found }
        return try await process(samples, diarizer, .exactly(min(max(count, least), most)))
    }

    private func process(_ samples: [Float], _ diarizer: Diarizer, _ count: SpeakerCount) async throws -> [SpeakerTurn] {
        let length = seconds(ofSamples: samples.count)
        let (position, start) = (position, recording.start)
        return try await NativeThreads(count: 1).run {
            // The last hundredth is for the clustering, which tells nothing.
            diarizer.turns(in: samples, count: count) { position.scanned(to: start + $0 * length * 0.99) }
        }
    }

    /// A turn with times of the recording, to the millisecond.
    private func placed(_ turn: SpeakerTurn, length: Double) -> SpeakerTurn {
        func place(_ time: Double) -> Double { ((recording.start + min(max(time, 0), length)) * 1_000).rounded() / 1_000 }
        return SpeakerTurn(start: place(turn.start), end: place(turn.end), speaker: turn.speaker)
    }

    func tellPosition() {
        if let news = position.news() { wire.send(.progress(order: order.order, position: news)) }
    }
}

extension DiarizeOrder {
    /// The number of speakers when only one is possible.
    fileprivate var exactSpeakers: Int? {
        speakers ?? (minSpeakers != nil && minSpeakers == maxSpeakers ? minSpeakers : nil)
    }
}
