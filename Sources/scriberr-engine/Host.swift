import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrMedia
import Synchronization

/// Works on orders, one after the other, and stops the one that is called off.
final class Host: Sendable {
    private let wire: EventWriter
    private let heart: Heart
    private let sherpa: SherpaLibrary
    private let sphinx: SphinxLibrary
    private let shelf: ModelShelf
    private let orders = Mutex(Orders())

    private struct Orders {
        var running: (name: String, task: Task<Void, Never>)?
        /// Called off before they began. Bounded: a server has few orders waiting here.
        var calledOff: [String] = []
    }

    private static let calledOffMax = 64

    init(wire: EventWriter, settings: HostSettings) {
        self.wire = wire
        sherpa = SherpaLibrary(nativeFolder: settings.nativeFolder)
        sphinx = SphinxLibrary()
        shelf = ModelShelf(loadedMax: settings.loadedModelsMax)
        heart = Heart(wire: wire)
    }

    func announce() {
        let engines = [sphinx.report, sherpa.report]
        wire.send(
            .ready(wireVersion: engineWireVersion, processID: Int(ProcessInfo.processInfo.processIdentifier), engines: engines)
        )
    }

    /// Works on requests until ``EngineRequest/shutdown`` or their end.
    func work(on requests: AsyncStream<EngineRequest>) async {
        for await request in requests {
            switch request {
            case .transcribe(let order): await perform(order.order) { try await self.transcribe(order) }
            case .diarize(let order): await perform(order.order) { try await self.diarize(order) }
            case .unload: shelf.removeAll()
            case .cancel: break
            case .shutdown: return
            }
        }
    }

    /// Stops an order that runs or waits. Called on the reader's thread.
    func cancel(_ name: String) {
        orders.withLock { orders in
            if let running = orders.running, running.name == name { return running.task.cancel() }
            orders.calledOff = (orders.calledOff + [name]).suffix(Self.calledOffMax)
        }
    }

    /// Runs one order and tells how it ended.
    private func perform(_ name: String, _ body: @escaping @Sendable () async throws -> OrderReport) async {
        wire.send(.accepted(order: name))
        // Awaited below; a task of its own so that it alone can be canceled.
        let task = Task {
            do {
                try Task.checkCancellation()
                wire.send(.done(order: name, report: try await body()))
            } catch {
                wire.send(failure(name, error))
            }
        }
        orders.withLock { orders in
            orders.running = (name, task)
            if let index = orders.calledOff.firstIndex(of: name) {
                orders.calledOff.remove(at: index)
                task.cancel()
            }
        }
        await task.value
        orders.withLock { $0.running = nil }
    }

    private func failure(_ order: String, _ error: any Error) -> EngineEvent {
        switch error {
        case is CancellationError:
            .failed(order: order, code: EngineEvent.canceledCode, message: "The order was canceled.", detail: nil)
        case let error as ScriberrError:
            .failed(order: order, code: error.code.rawValue, message: error.message, detail: error.detail)
        default:
            .failed(
                order: order,
                code: ScriberrError.Code.engineFailed.rawValue,
                message: "The speech engine failed on this recording.",
                detail: String(describing: error)
            )
        }
    }

    private func transcribe(_ order: TranscribeOrder) async throws -> OrderReport {
        try OrderCheck.check(order)
        let recognizer = try await heart.beat({}, during: { try await self.recognizer(for: order) })
        let run = TranscribeRun(
            order: order,
            recognizer: recognizer,
            library: try sherpa.open(),
            recording: try recording(order.audioPath, start: order.start, end: order.end),
            wire: wire,
            position: PositionBook(start: max(order.start ?? 0, order.resumeAt))
        )
        return try await heart.beat({ run.tellPosition() }, during: { try await run.run() })
    }

    private func diarize(_ order: DiarizeOrder) async throws -> OrderReport {
        try OrderCheck.check(order)
        let library = try sherpa.open()
        let files = try DiarizerFiles(order.model)
        guard sherpa.report.devices.contains(order.device) else { throw SherpaOptions.deviceMissing() }
        let run = DiarizeRun(
            order: order,
            recording: try recording(order.audioPath, start: order.start, end: order.end),
            wire: wire,
            position: PositionBook(start: order.start ?? 0),
            makeRoom: { [shelf] in try shelf.makeRoom(bytes: $0, for: "Telling speakers apart in a recording of this length") }
        )
        let threads = threads(order.threads)
        return try await heart.beat({ run.tellPosition() }) {
            try await run.run { seconds in
                let shift = Diarizer.windowShift(seconds: seconds)
                return try await self.load(order.order, order.model, options: [order.device, "\(shift)"]) {
                    try Diarizer(library: library, files: files, shift: shift, threads: threads, device: order.device)
                }
            }
        }
    }

    private func recording(_ path: String, start: Double?, end: Double?) throws -> Recording {
        let tools = try MediaTools.locate(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
        return Recording(tools: tools, path: path, start: start ?? 0, end: end)
    }

    /// The threads that an order gets: what it asks for, but no more than there are processors.
    private func threads(_ asked: Int) -> Int {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return asked == 0 ? cores : min(asked, cores)
    }

    private func recognizer(for order: TranscribeOrder) async throws -> any Recognizer {
        let threads = threads(order.threads)
        switch order.model.family {
        case .pocketsphinx:
            let library = try sphinx.open()
            try SphinxRecognizer.check(order)
            let model = try await load(order.order, order.model) { try SphinxModel(library: library, model: order.model) }
            return SphinxRecognizer(model: model, parallelism: threads)
        default:
            let library = try sherpa.open()
            let files = try SherpaFiles(order.model)
            let options = try SherpaOptions(order, files: files, devices: sherpa.report.devices)
            let parallelism = options.device == "cpu" ? threads : 1
            // Threads inside a model gain less than pieces side by side, and its memory is there once either way.
            let model = try await load(order.order, order.model, options: options.fixed(order.model.family)) {
                try SherpaModel(library: library, files: files, options: options, threads: 1)
            }
            return SherpaRecognizer(model: model, options: options, parallelism: parallelism)
        }
    }

    /// Takes a model from the shelf, or loads it on a thread of its own and says so.
    private func load<Model: Sendable>(
        _ order: String,
        _ files: ModelFiles,
        options: [String] = [],
        _ make: @escaping @Sendable () throws -> Model
    ) async throws -> Model {
        let key = ModelShelf.Key(model: ModelFilesKey(files), options: options)
        return try await shelf.model(key, files) {
            wire.send(.loading(order: order, model: files.id))
            let start = ContinuousClock.now
            let model = try await NativeThreads(count: 1).run(make)
            wire.send(.loaded(order: order, model: files.id, seconds: (ContinuousClock.now - start).inSeconds))
            return model
        }
    }
}
