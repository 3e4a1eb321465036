import Foundation
import ScriberrCore
import ScriberrEngineWire

/// What is wrong with an order is found before anything native is called: most of it would end the process.
enum OrderCheck {
    static let threadsMax = 64

    static func check(_ order: TranscribeOrder) throws {
        try checkPart(start: order.start, end: order.end)
        try checkFile(order.audioPath)
        try checkThreads(order.threads)
        try checkDevice(order.device)
        guard order.firstPiece >= 0, order.resumeAt.isFinite, order.resumeAt >= 0 else {
            throw invalid("The place to go on from is not in the recording.", field: "resume_at")
        }
        if let language = order.language {
            guard (2...3).contains(language.utf8.count), language.utf8.allSatisfy({ (0x61...0x7a).contains($0) }) else {
                throw unsupported("A language is named by two or three small letters.", field: "language")
            }
        }
        guard order.hotwords.count <= HotwordRule.countMax,
            order.hotwords.allSatisfy({ $0.utf8.count <= HotwordRule.bytesMax })
        else {
            throw unsupported("There are too many hotwords, or one is too long.", field: "hotwords")
        }
    }

    static func check(_ order: DiarizeOrder) throws {
        try checkPart(start: order.start, end: order.end)
        try checkFile(order.audioPath)
        try checkThreads(order.threads)
        try checkDevice(order.device)
        for count in [order.speakers, order.minSpeakers, order.maxSpeakers].compactMap(\.self) {
            guard (1...100).contains(count) else {
                throw unsupported("The number of speakers must be from 1 to 100.", field: "speakers")
            }
        }
        if let least = order.minSpeakers, let most = order.maxSpeakers, least > most {
            throw unsupported("The least number of speakers is above the largest.", field: "min_speakers")
        }
    }

    static func unsupported(_ message: String, field: String) -> ScriberrError {
        ScriberrError(.unsupportedOption, message, field: field)
    }

    private static func invalid(_ message: String, field: String) -> ScriberrError {
        ScriberrError(.validation, message, field: field)
    }

    private static func checkPart(start: Double?, end: Double?) throws {
        let first = start ?? 0
        guard first.isFinite, first >= 0, end.map({ $0.isFinite && $0 > first }) ?? true else {
            throw invalid("The part of the recording must start before it ends.", field: "start")
        }
    }

    private static func checkFile(_ path: String) throws {
        guard path.hasPrefix("/"), FileManager.default.fileExists(atPath: path) else {
            throw ScriberrError(.mediaMissing, "The recording is gone.")
        }
    }

    private static func checkThreads(_ threads: Int) throws {
        guard (0...threadsMax).contains(threads) else {
            throw invalid("The number of threads must be from 0 to \(threadsMax).", field: "threads")
        }
    }

    private static func checkDevice(_ device: String) throws {
        guard device == "cpu" || device == "cuda" else {
            throw unsupported("The device must be cpu or cuda.", field: "device")
        }
    }
}
