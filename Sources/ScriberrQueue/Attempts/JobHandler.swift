package import ScriberrCore

/// Does the work of one attempt. The queue knows jobs, not speech; this is where speech comes in.
package protocol JobHandler: Sendable {
    /// Works on `job` and answers how it ended.
    ///
    /// Called once per claim. To stop it, the queue sets ``Attempt/stopReason`` and cancels its task; a handler that does not
    /// end within ``QueueConfiguration/stopGrace`` is left behind and shut off from the store. It writes nothing but through
    /// `attempt`, and what it keeps on disk lies in a folder named by the lease until its end is stored.
    ///
    /// What it throws becomes one outcome: a ``ScriberrError`` is a failure, a ``StopReason`` or a cancellation is the end
    /// that the reason asks for, and anything else is a transient `INTERNAL_ERROR` whose text only the log sees.
    func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome
}

extension JobHandler {
    /// Runs the handler and turns every way it can end into one outcome.
    func outcome(_ job: ClaimedJob, _ attempt: Attempt) async -> AttemptOutcome {
        do {
            return try await run(job, attempt)
        } catch let error as ScriberrError {
            // An error that the stop itself caused, such as a killed engine, is weighed against the stop by the machine.
            return .failed(error)
        } catch let reason as StopReason {
            return outcome(of: reason)
        } catch is CancellationError {
            return attempt.stopReason.map(outcome(of:)) ?? .canceled
        } catch {
            let detail = String(describing: error)
            return .failed(ScriberrError(.internalError, "The transcription failed unexpectedly.", detail: detail))
        }
    }

    private func outcome(of reason: StopReason) -> AttemptOutcome {
        switch reason {
        case .cancel: .canceled
        case .leaseLost: .leaseLost
        // The machine knows that it was told to stop for taking too long.
        case .shutdown, .stall, .timeout: .released
        }
    }
}
