import Foundation
import ScriberrEngineWire
import ScriberrMedia
import ScriberrTestSupport
import Synchronization
import Testing

@testable import scriberr_engine

@Suite struct `Parts of an order` {
    @Test func `results are handed on in order, each as soon as its turn has come`() {
        let told = Mutex<[Int]>([])
        let outlet = InOrder<Int>(first: 3) { value in told.withLock { $0.append(value) } }
        for (number, expected) in [(5, []), (3, [3]), (6, [3]), (4, [3, 4, 5, 6]), (7, [3, 4, 5, 6, 7])] {
            outlet.deliver(number, number: number)
            #expect(told.withLock { $0 } == expected)
        }
    }

    @Test func `the position waits for the earliest piece that is not recognized`() {
        let book = PositionBook(start: 10)
        #expect(book.news() == nil)
        book.scanned(to: 12)
        #expect(book.news() == 12)
        book.open(piece(0, start: 12.5))
        book.open(piece(1, start: 14))
        book.scanned(to: 20)
        #expect(book.news() == 12.5)
        book.close(1)
        #expect(book.news() == nil)
        book.close(0)
        #expect(book.news() == 20)
        #expect(book.news() == nil)
    }

    @Test func `the prelude is the same however pieces come, and nothing is lost`() {
        let pieces = (0..<6).map { piece($0, start: Double($0) * 4) }
        for size in 1...6 {
            var gate = PreludeGate(seconds: 5)
            var prelude: [Piece]?
            var released: [Int] = []
            for start in stride(from: 0, to: 6, by: size) {
                let isLast = start + size >= 6
                guard let release = gate.release(Array(pieces[start..<min(start + size, 6)]), isLast: isLast) else { continue }
                prelude = prelude ?? release.prelude
                released += release.pieces.map(\.index)
            }
            #expect(prelude?.map(\.index) == [0, 1, 2])
            #expect(released == Array(0..<6))
        }
    }

    @Test func `a short recording is its own prelude`() {
        var gate = PreludeGate(seconds: 60)
        let held = gate.release([piece(0, start: 0)], isLast: false)
        #expect(held == nil)
        let release = gate.release([], isLast: true)
        #expect(release?.prelude?.count == 1 && release?.pieces.count == 1)
    }

    @Test func `the diarization window moves further in long recordings`() {
        #expect(Diarizer.windowShift(seconds: 60) == 0.1)
        #expect(Diarizer.windowShift(seconds: 7_200) == 0.1)
        #expect(Diarizer.windowShift(seconds: 36_000) == 0.5)
        #expect(Diarizer.windowShift(seconds: 86_400 * 7) == 1)
    }

    /// Two seconds of speech.
    private func piece(_ index: Int, start: Double) -> Piece {
        Piece(
            index: index,
            firstSample: samples(inSeconds: start),
            samples: [Float](repeating: 0, count: 32_000),
            resumeSample: samples(inSeconds: start + 3),
            stretches: [0..<32_000]
        )
    }
}

@Suite struct `Looking into model files` {
    @Test func `metadata, inputs and shapes of an ONNX file are read without loading it`() throws {
        let folder = FixtureModels.folder
        let whisper = try ONNXFile(path: folder + "whisper/encoder.onnx")
        #expect(whisper.number("n_mels") == 80 && whisper.metadata["all_language_codes"] == "en,de,fr,es")
        let zipformer = try ONNXFile(path: folder + "zipformer-ctc/model.onnx")
        #expect(zipformer.inputs.prefix(2) == ["x", "x_lens"])
        #expect(zipformer.lastDimensions.first == .some(421))
    }

    @Test func `a file cut anywhere or changed is never taken for whole, nor does it crash us`() async throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: FixtureModels.folder + "nemo-tdt/decoder.onnx"))
        try await withTemporaryFolder { folder in
            let url = URL(fileURLWithPath: folder + "/file.onnx")
            for cut in stride(from: 0, to: good.count, by: 97) {
                try good.prefix(cut).write(to: url)
                let file = try? ONNXFile(path: url.path)
                // A cut between two fields leaves a whole, shorter message: then the metadata at the end is gone.
                #expect(file == nil || file?.metadata.count ?? 0 < 1 || cut > good.count - 400, "cut at \(cut)")
            }
            var generator = SeededGenerator(seed: 1)
            for _ in 0..<300 {
                var bad = good
                for _ in 0..<20 {
                    bad[Int.random(in: 0..<bad.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                try bad.write(to: url)
                _ = try? ONNXFile(path: url.path)
            }
        }
    }

    @Test(arguments: ["", "a\n", "a 0\nb\n", "a 0\nb 0\n", "a 0\nb 2\n", "a 0\nb -1\n", "a x\n", "a 0\n\u{0}\n"])
    func `a list of tokens that is not one is refused`(text: String) async throws {
        try await withTemporaryFolder { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/tokens.txt"))
            #expect(throws: TokenTable.Malformed.self) { try TokenTable(path: folder + "/tokens.txt") }
        }
    }

    @Test func `a list of tokens is read with its spaces`() async throws {
        try await withTemporaryFolder { folder in
            try Data("<blk> 0\n▁a 1\r\n2\n".utf8).write(to: URL(fileURLWithPath: folder + "/tokens.txt"))
            let table = try TokenTable(path: folder + "/tokens.txt")
            #expect(table.count == 3 && table.contains("<blk>") && table.tokens[1] == "▁a" && table.tokens[2] == "")
        }
    }

    @Test(arguments: [(2.0, nil, true), (4, nil, false), (2, 1.5, false)])
    func `a recording that goes on behind the last second that is heard counts as cut`(
        max: Double,
        end: Double?,
        isCut: Bool
    ) async throws {
        try await withTemporaryFolder { folder in
            try writeWave([Int16](repeating: 1_000, count: 48_000), to: folder + "/three.wav")
            let tools = try MediaTools.locate(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
            var recording = Recording(tools: tools, path: folder + "/three.wav", start: 0, end: end)
            recording.secondsMax = max
            #expect(try await recording.read { _ in } == isCut)
        }
    }
}
