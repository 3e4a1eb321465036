import ScriberrCore
import ScriberrEngineWire

/// What of an order reaches the library.
struct SherpaOptions: Sendable, Hashable {
    var language: String?
    var task: SpeechTask
    var hotwords: [String]
    var device: String

    /// Takes the options of an order; refuses what the model cannot do.
    init(_ order: TranscribeOrder, files: SherpaFiles, devices: [String]) throws {
        let (family, id) = (files.family, order.model.id)
        if let language = order.language, !files.languages.isEmpty, !files.languages.contains(language) {
            throw OrderCheck.unsupported("The model '\(id)' does not know the language '\(language)'.", field: "language")
        }
        guard order.task == .transcribe || family.translates else {
            throw OrderCheck.unsupported("The model '\(id)' does not translate.", field: "task")
        }
        guard order.task == .transcribe || files.languages != ["en"] else {
            throw OrderCheck.unsupported("The model '\(id)' knows English only and does not translate.", field: "task")
        }
        guard order.hotwords.isEmpty || family.takesHotwords else {
            throw OrderCheck.unsupported("The model '\(id)' takes no hotwords.", field: "hotwords")
        }
        guard order.hotwords.allSatisfy(HotwordRule.allows) else {
            throw OrderCheck.unsupported("A hotword holds a character that is not allowed.", field: "hotwords")
        }
        guard devices.contains(order.device) else {
            throw Self.deviceMissing()
        }
        language = order.language
        task = order.task
        hotwords = order.hotwords
        device = order.device
    }

    static func deviceMissing() -> ScriberrError {
        ScriberrError(.engineUnavailable, "The CUDA runtime is not installed; use the device cpu.", field: "device")
    }

    /// What is fixed when a model is loaded. Language and task are too where the library cannot change them later.
    func fixed(_ family: ModelFamily) -> [String] {
        [device, hotwords.isEmpty ? "" : "hotwords"] + (family == .senseVoice ? [language ?? ""] : [])
    }
}
