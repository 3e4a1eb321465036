import ScriberrCore
import ScriberrEngines
import ScriberrServices
import Synchronization

/// Models on a disk that is none. A download goes on until it is let end. For tests only.
final class ScriptedDepot: ModelDepot {
    private let state = Mutex(State())

    private struct State {
        var fetches: [String: Int] = [:]
        var installed: Set<String> = []
        var waiting: [String: CheckedContinuation<Result<Void, ScriberrError>, Never>] = [:]
        var endings: [String: Result<Void, ScriberrError>] = [:]
    }

    /// How often a model was begun to be fetched.
    func fetches(of model: String) -> Int { state.withLock { $0.fetches[model] ?? 0 } }

    /// Lets the download of a model end like this, now or when it begins.
    func end(_ model: String, _ ending: Result<Void, ScriberrError> = .success(())) {
        let waiting = state.withLock { state in
            if let waiting = state.waiting.removeValue(forKey: model) { return Optional(waiting) }
            state.endings[model] = ending
            return nil
        }
        waiting?.resume(returning: ending)
    }

    func fetch(_ id: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        state.withLock { $0.fetches[id, default: 0] += 1 }
        await progress(.downloading(received: 25, total: 100))
        let ending = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ending = state.withLock { state in
                    if Task.isCancelled { return Optional(Result<Void, ScriberrError>.success(())) }
                    if let ending = state.endings.removeValue(forKey: id) { return ending }
                    state.waiting[id] = continuation
                    return nil
                }
                if let ending { continuation.resume(returning: ending) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: .success(()))
        }
        try Task.checkCancellation()
        try ending.get()
        await progress(.downloading(received: 100, total: 100))
        state.withLock { _ = $0.installed.insert(id) }
    }

    func remove(_ id: String) async throws {
        guard state.withLock({ $0.installed.remove(id) }) != nil else {
            throw ScriberrError(.notFound, "The model \(id) is not installed.")
        }
    }

    func verify(_ id: String) async throws -> ModelVerification {
        throw ScriberrError(.modelUnavailable, "The model \(id) is not installed.")
    }
}
