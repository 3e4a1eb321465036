import Foundation
import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// What a fake host does with one order.
struct Script: Sendable {
    let order: String
    let what: String
    let count: Int
    let device: String

    func run(from firstPiece: Int) {
        if what == "deaf" { die(7) }
        say(.accepted(order: order))
        say(.loading(order: order, model: "fake"))
        switch what {
        case "refuse":
            FileHandle.standardError.write(Data("tokens.txt: malformed\n".utf8))
            die(255)
        case "slowload": hang(beating: true)
        default: break
        }
        say(.loaded(order: order, model: "fake", seconds: 0.01))
        say(.audio(order: order, seconds: 100))
        if what == "turns" { return turns() }
        for index in firstPiece..<max(firstPiece, count) {
            if isCanceled { return stop() }
            piece(index)
        }
        finish()
    }

    private func finish() {
        switch what {
        case "crash": raise(SIGSEGV)
        case "abort":
            FileHandle.standardError.write(Data("terminate called after throwing an instance of 'Ort::Exception'\n".utf8))
            raise(SIGABRT)
        case "starve":
            FileHandle.standardError.write(Data("terminate called after throwing an instance of 'std::bad_alloc'\n".utf8))
            raise(SIGABRT)
        case "exit": die(255)
        case "hang": hang(beating: false)
        case "stall": hang(beating: true)
        case "patient": waitForCancel()
        case "garbage": write(Data("{\"piece\":{\"half a mess\n".utf8))
        case "endless": flood()
        case "repeat": piece(count - 1)
        case "gap": piece(count + 1)
        case "grow": grow()
        case "fail":
            say(.failed(order: order, code: "MEDIA_UNREADABLE", message: "The recording cannot be decoded.", detail: "fake"))
            return
        case "mute": closeOutput()
        default: break
        }
        done()
        if what == "leave" { die(0) }
    }

    private var isCanceled: Bool { canceled.withLock { $0.contains(order) } }

    private func stop() {
        say(.failed(order: order, code: EngineEvent.canceledCode, message: "Canceled.", detail: nil))
    }

    private func done() {
        say(
            .done(
                order: order,
                report: OrderReport(audioSeconds: 100, speechSeconds: 50, processorSeconds: 1, peakMemoryBytes: 1 << 20)
            )
        )
    }

    private func piece(_ index: Int) {
        let start = Double(index)
        let word = Word(start: start, end: start + 0.5, word: "w\(index)", confidence: 0.5)
        say(.progress(order: order, position: start))
        say(
            .piece(
                order: order,
                piece: TranscribedPiece(
                    index: index,
                    start: start,
                    end: start + 1,
                    resumeAt: start + 1,
                    text: "w\(index) on \(device) by \(getpid())",
                    words: [word]
                )
            )
        )
    }

    private func turns() {
        say(.progress(order: order, position: 50))
        let turns = [SpeakerTurn(start: 5, end: 9, speaker: "b"), SpeakerTurn(start: 1, end: 6, speaker: "a")]
        say(.turns(order: order, turns: turns))
        done()
    }

    /// Never ends by itself, whatever it is told.
    private func hang(beating: Bool) {
        while true {
            if beating { say(.heartbeat) }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    private func waitForCancel() {
        while !isCanceled {
            say(.heartbeat)
            Thread.sleep(forTimeInterval: 0.02)
        }
        stop()
    }

    private func flood() {
        let block = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
        while true { write(block) }
    }

    private func grow() {
        var blocks: [[UInt8]] = []
        while true {
            // More than it may, and no more than a machine has whose server is slow to notice.
            if blocks.count < 100 { blocks.append([UInt8](repeating: 1, count: 8 << 20)) }
            say(.heartbeat)
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    private func closeOutput() {
        close(1)
        Thread.sleep(forTimeInterval: 600)
    }

    private func die(_ status: Int32) -> Never { _exit(status) }
}
