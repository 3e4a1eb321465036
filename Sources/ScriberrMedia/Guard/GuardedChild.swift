import Foundation
import ScriberrCore
import Subprocess
import Synchronization
import SystemPackage

/// How a child ended and what it said last.
struct ChildEnding: Sendable {
    enum Cause: Sendable, Hashable {
        /// Exit 0.
        case finished
        /// The child gave up by itself.
        case failed(Int32)
        /// It used up its processor time.
        case processorTime
        /// It was silent for too long and ended by us.
        case stalled
        /// A signal that is not ours.
        case killed(Int32)
    }

    var cause: Cause
    /// The end of its standard error, for classifying and for the log.
    var messages: String

    /// What the log may see.
    var detail: String { "\(cause): \(messages)" }
}

/// One run of ffmpeg or ffprobe under guard: no shell, no environment, an empty working folder, resource limits set
/// before it starts, its end observed. Killed when the task is canceled or the reader throws.
struct GuardedChild: Sendable {
    let tools: MediaTools
    let program: FilePath
    let arguments: [String]
    let processorSeconds: Int

    /// Hands standard output to `consume` piece by piece, waiting for it each time, so a slow reader slows the child.
    nonisolated(nonsending) func run(
        consume: nonisolated(nonsending) (SubprocessOutputSequence.Buffer) async throws -> Void
    ) async throws -> ChildEnding {
        let folder = try WorkFolder("media")
        defer { folder.remove() }
        let watch = StallWatch(limit: tools.limits.stall)
        let status: TerminationStatus
        let messages: String
        do {
            let result = try await Subprocess.run(
                .path(tools.prlimit),
                arguments: Arguments(limitArguments + ["--", program.string] + arguments),
                environment: .custom([:] as [Environment.Key: String]),
                workingDirectory: FilePath(folder.path),
                input: .none,
                output: .sequence,
                error: .sequence
            ) { execution in
                try await observe(execution, watch: watch, consume: consume)
            }
            status = result.terminationStatus
            messages = result.closureResult
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw MediaFault.cannotStart(error.description)
        }
        // A child killed by cancellation looks like one that ended early; the caller must not take it for that.
        try Task.checkCancellation()
        return ChildEnding(cause: cause(of: status, stalled: watch.hasFired), messages: messages)
    }

    /// Reads both outputs to their ends; returns the end of the messages.
    private nonisolated(nonsending) func observe(
        _ execution: Subprocess.Execution<NoInput, SequenceOutput, SequenceOutput>,
        watch: StallWatch,
        consume: nonisolated(nonsending) (SubprocessOutputSequence.Buffer) async throws -> Void
    ) async throws -> String {
        let limit = tools.limits.messageBytes
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await tail(of: execution.standardError, bytes: limit) }
            group.addTask {
                await watch.guardReader { try? execution.send(signal: .kill) }
                return nil
            }
            do {
                var output = execution.standardOutput.makeAsyncIterator()
                watch.beginWait()
                while let piece = try await output.next() {
                    watch.endWait()
                    try Task.checkCancellation()
                    try await consume(piece)
                    watch.beginWait()
                }
            } catch {
                // The group waits for the messages to end, so the child has to go first.
                try? execution.send(signal: .kill)
                throw error
            }
            var messages = ""
            while let finished = try await group.next() {
                guard let finished else { continue }
                messages = finished
                group.cancelAll()
            }
            return messages
        }
    }

    /// `fsize=0` forbids writing any file; a pipe is none. Soft and hard processor limits differ so that ffmpeg can
    /// report the first (exit 255), which tells it from a kill for want of memory.
    private var limitArguments: [String] {
        [
            "--as=\(tools.limits.addressSpaceBytes)", "--cpu=\(processorSeconds):\(processorSeconds + 5)", "--nofile=64",
            "--fsize=0", "--core=0",
        ]
    }

    private func cause(of status: TerminationStatus, stalled: Bool) -> ChildEnding.Cause {
        switch status {
        case _ where stalled: .stalled
        case .exited(0): .finished
        case .exited(255), .signaled(signalProcessorTime): .processorTime
        case .exited(let code): .failed(code)
        case .signaled(let signal): .killed(signal)
        }
    }
}

/// SIGXCPU; ffprobe, unlike ffmpeg, dies of it.
private let signalProcessorTime: Int32 = 24

/// The last `limit` bytes of a child's messages.
func tail(of messages: SubprocessOutputSequence, bytes limit: Int) async throws -> String {
    var kept: [UInt8] = []
    for try await piece in messages {
        piece.withUnsafeBytes { kept.append(contentsOf: $0) }
        if kept.count > 2 * limit { kept.removeFirst(kept.count - limit) }
    }
    return String(decoding: kept.suffix(limit), as: UTF8.self)
}

/// Notices a child that has been silent for too long while its reader waited.
private final class StallWatch: Sendable {
    private struct State {
        var waitingSince: ContinuousClock.Instant?
        var fired = false
    }

    private let limit: Duration
    private let state = Mutex(State())

    init(limit: Duration) { self.limit = limit }

    var hasFired: Bool { state.withLock { $0.fired } }
    func beginWait() { state.withLock { $0.waitingSince = .now } }
    func endWait() { state.withLock { $0.waitingSince = nil } }

    /// Runs until it is canceled or has fired.
    func guardReader(onStall: () -> Void) async {
        let step = min(limit / 4, .seconds(1))
        while (try? await Task.sleep(for: step)) != nil {
            let stalled = state.withLock { state in
                if let since = state.waitingSince, ContinuousClock.now - since > limit { state.fired = true }
                return state.fired
            }
            if stalled { return onStall() }
        }
    }
}
