import ScriberrCore

@testable import ScriberrQueue

/// Engines: piece after piece, each kept, in every way that can go wrong.
extension World {
    mutating func startEngine(_ job: ClaimedJob, by number: Int) throws {
        try require(started.insert(job.lease).inserted, "a claim runs once", "\(job.lease)")
        trace.add(now, "process \(number) runs \(job.lease)")
        var engine = SimulatedEngine(lease: job.lease, pieces: 1 + Int(job.job.audioSeconds ?? 60) % plan.piecesMax)
        engine.isDeaf = happens(plan.engineIsDeaf)
        processes[number]?.engines[job.lease] = engine
        agenda.add(.engine(process: number, job.lease, .begin), at: now + lag())
    }

    mutating func stopEngine(_ lease: Lease, _ reason: StopReason, by number: Int) {
        trace.add(now, "process \(number) stops \(lease): \(reason)")
        tally.note("stop \(reason)")
        guard var engine = processes[number]?.engines[lease], !engine.hasEnded else { return }
        engine.stop = reason
        if reason == .leaseLost { engine.isShut = true }
        processes[number]?.engines[lease] = engine
        guard !engine.isDeaf else {
            tally.note("deaf")
            return
        }
        agenda.add(.engine(process: number, lease, .end(outcome(of: reason))), at: now + moments(upTo: .milliseconds(400)) - now)
    }

    /// A stopped engine says why it ended, or fails because it was torn down.
    private mutating func outcome(of reason: StopReason) -> AttemptOutcome {
        if random.fraction() < 0.2 { return .failed(ScriberrError(.engineCrashed, "The engine was killed.")) }
        switch reason {
        case .cancel: return .canceled
        case .leaseLost: return .leaseLost
        case .shutdown, .stall, .timeout: return .released
        }
    }

    mutating func engine(_ number: Int, _ lease: Lease, _ step: EngineStep) throws {
        guard let engine = processes[number]?.engines[lease], !engine.hasEnded else { return }
        switch step {
        case .begin:
            if happens(plan.recordingIsAway) {
                tally.note("unready")
                finish(number, lease, .unready(ScriberrError(.storageFailed, "The folder of recordings is away.")))
                return
            }
            let found = engine.isShut ? [] : try store.checkpoints(lease)
            processes[number]?.engines[lease]?.nextPiece = (0..<engine.pieces).first { !found.contains($0) } ?? engine.pieces
            if processes[number]?.engines[lease]?.nextPiece ?? 0 > 0 { tally.note("resumed") }
            work(number, lease)
        case .pieceDone:
            trace.add(now, "process \(number) \(lease) piece \(engine.nextPiece) done")
            write(number, lease, .piece(engine.nextPiece))
        case .written(let write, let fenced): try written(number, lease, write, fenced)
        case .end(let outcome): finish(number, lease, outcome)
        }
    }

    private mutating func work(_ number: Int, _ lease: Lease) {
        guard let engine = processes[number]?.engines[lease] else { return }
        if engine.nextPiece >= engine.pieces {
            finish(number, lease, .completed(JobResult(transcript: [1], text: "words", audioSeconds: 10)))
        } else if happens(plan.engineFails) {
            finish(number, lease, .failed(ScriberrError(.engineCrashed, "The engine crashed.")))
        } else if happens(plan.engineFailsForGood) {
            finish(number, lease, .failed(ScriberrError(.mediaUnreadable, "The recording cannot be read.")))
        } else if happens(plan.engineHangs) {
            tally.note("hang")
            // A deaf engine that hangs comes back by itself some time; all others wait to be stopped.
            if engine.isDeaf { agenda.add(.engine(process: number, lease, .end(.released)), at: now + .seconds(25)) }
        } else {
            if random.fraction() < 0.5 { write(number, lease, .progress(Double(engine.nextPiece + 1) / 10)) }
            let isSlow = happens(plan.engineIsSlow)
            let took = Duration.milliseconds(200) + .seconds(isSlow ? 14 : 2) * random.fraction()
            agenda.add(.engine(process: number, lease, .pieceDone), at: now + took)
        }
    }

    /// A write of a handler sets out, unless the handler was shut off.
    private mutating func write(_ number: Int, _ lease: Lease, _ write: EngineWrite) {
        guard let engine = processes[number]?.engines[lease] else { return }
        if engine.isShut {
            // What an engine that was left behind finds out: it ends.
            if case .piece = write { finish(number, lease, .leaseLost) }
            return
        }
        let delay = happens(max(plan.late, plan.lateWrites)) ? .seconds(24) * random.fraction() : lag()
        agenda.add(.write(process: number, lease, write), at: now + delay)
    }

    mutating func engineWrite(_ number: Int, _ lease: Lease, _ write: EngineWrite) throws {
        guard let process = processes[number] else { return }
        let isLost = if case .piece = write { happens(plan.pieceIsLost) } else { false }
        if isLost || happens(plan.failBefore) || process.cutOffUntil > now {
            agenda.add(.engine(process: number, lease, .written(write, nil)), at: now + lag())
            return
        }
        let time = wall(of: process.seat)
        var fenced: Fenced?
        switch write {
        case .progress(let fraction):
            let report = ProgressReport(stage: .transcribing, progress: fraction)
            fenced = try store.progress(lease, report, at: time)
        case .piece(let piece): fenced = try store.checkpoint(lease, piece: piece, at: time)
        }
        trace.add(now, "store answers \(number) \(lease) \(write): \(String(describing: fenced))")
        tally.note("write \(fenced.map { "\($0)" } ?? "failed")")
        if happens(plan.failAfter) { fenced = nil }
        agenda.add(.engine(process: number, lease, .written(write, fenced)), at: now + lag())
    }

    /// As an attempt does: news of the lease goes to the machine, a piece that was not kept is tried again and then let go.
    private mutating func written(_ number: Int, _ lease: Lease, _ write: EngineWrite, _ fenced: Fenced?) throws {
        guard var engine = processes[number]?.engines[lease] else { return }
        switch fenced {
        case .leaseLost: try deliver(.refused(lease), to: number)
        case .appliedButCancelRequested: try deliver(.cancelRequested(lease), to: number)
        default: break
        }
        try deliver(.active(lease), to: number)
        guard case .piece(let piece) = write else { return }
        if fenced == .leaseLost {
            finish(number, lease, .leaseLost)
            return
        }
        if fenced == nil, engine.checkpointTries < 2 {
            processes[number]?.engines[lease]?.checkpointTries += 1
            self.write(number, lease, .piece(piece))
            return
        }
        engine = processes[number]?.engines[lease] ?? engine
        processes[number]?.engines[lease]?.checkpointTries = 0
        processes[number]?.engines[lease]?.nextPiece = piece + 1
        if engine.isAsked, !engine.isDeaf {
            finish(number, lease, .released)
        } else if engine.stop == nil || engine.isDeaf {
            work(number, lease)
        }
    }

    private mutating func finish(_ number: Int, _ lease: Lease, _ outcome: AttemptOutcome) {
        guard let engine = processes[number]?.engines[lease], !engine.hasEnded else { return }
        trace.add(now, "process \(number) \(lease) ends \(outcome.word)")
        processes[number]?.engines[lease]?.hasEnded = true
        agenda.add(.deliver(process: number, .ended(lease, outcome)), at: now + lag())
    }
}

extension AttemptOutcome {
    fileprivate var word: String {
        switch self {
        case .completed: "completed"
        case .failed(let error), .unready(let error): error.code.rawValue
        case .canceled: "canceled"
        case .released: "released"
        case .leaseLost: "leaseLost"
        }
    }
}
