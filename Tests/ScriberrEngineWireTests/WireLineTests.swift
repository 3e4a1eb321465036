import Foundation
import ScriberrCore
import ScriberrEngineWire
import Testing

@Suite struct `Lines of the wire` {
    @Test func `every request and every event survives the way`() throws {
        for request in requests {
            #expect(try read([try wireLine(request)], as: EngineRequest.self) == [request])
        }
        for event in events {
            #expect(try read([try wireLine(event)], as: EngineEvent.self) == [event])
        }
    }

    @Test func `messages are the same wherever the stream is cut in two`() throws {
        let stream = try events.map { try wireLine($0) }.reduce(Data(), +)
        for cut in 0...stream.count {
            #expect(try read([stream.prefix(cut), stream.dropFirst(cut)], as: EngineEvent.self) == events, "cut at \(cut)")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1_000]) func `messages are the same in chunks of any size`(size: Int) throws {
        let stream = try events.map { try wireLine($0) }.reduce(Data(), +)
        let chunks = stride(from: 0, to: stream.count, by: size).map { stream[$0..<min($0 + size, stream.count)] }
        #expect(try read(chunks, as: EngineEvent.self) == events)
    }

    @Test func `a line holds exactly one line feed, whatever the text holds`() throws {
        let piece = TranscribedPiece(index: 0, start: 0, end: 1, resumeAt: 1, text: "a\nb\r\u{2028}\"\\\u{0}é🙂/", words: [])
        let line = try wireLine(EngineEvent.piece(order: "x", piece: piece))
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(try read([line], as: EngineEvent.self) == [.piece(order: "x", piece: piece)])
    }

    @Test(arguments: ["\n", "{}\n", "hello\n", "{\"heartbeat\":{}} x\n", "{\"unknown\":{}}\n", "[1,\n", "\u{0}\n"])
    func `a line that is no message is an error`(line: String) throws {
        var reader = WireLineReader<EngineEvent>()
        reader.append(Data(line.utf8))
        #expect(throws: WireError.malformed(bytes: line.utf8.count - 1)) { try reader.next() }
    }

    @Test func `messages before a broken line are delivered and none behind it`() throws {
        var reader = WireLineReader<EngineEvent>()
        reader.append(try wireLine(EngineEvent.heartbeat) + Data("?\n".utf8) + wireLine(EngineEvent.heartbeat))
        #expect(try reader.next() == .heartbeat)
        #expect(throws: WireError.malformed(bytes: 1)) { try reader.next() }
        reader.append(try wireLine(EngineEvent.heartbeat))
        #expect(throws: WireError.malformed(bytes: 1)) { try reader.next() }
        #expect(throws: WireError.malformed(bytes: 1)) { try reader.finish() }
    }

    @Test func `a line that never ends is refused at the limit`() throws {
        var reader = WireLineReader<EngineEvent>(bytesMax: 100)
        reader.append(Data(repeating: UInt8(ascii: " "), count: 99))
        #expect(try reader.next() == nil)
        reader.append(Data(repeating: UInt8(ascii: " "), count: 1))
        #expect(throws: WireError.tooLong(bytesMax: 100)) { try reader.next() }
    }

    @Test func `a whole line over the limit is refused on both sides`() throws {
        let event = EngineEvent.accepted(order: String(repeating: "x", count: 200))
        let line = try wireLine(event)
        var exact = WireLineReader<EngineEvent>(bytesMax: line.count)
        exact.append(line)
        #expect(try exact.next() == event)
        var short = WireLineReader<EngineEvent>(bytesMax: line.count - 1)
        short.append(line)
        #expect(throws: WireError.tooLong(bytesMax: line.count - 1)) { try short.next() }
        #expect(throws: WireError.tooLong(bytesMax: line.count - 1)) { try wireLine(event, bytesMax: line.count - 1) }
    }

    @Test func `an end in the middle of a line is an error and one behind a line is not`() throws {
        var reader = WireLineReader<EngineEvent>()
        try reader.finish()
        reader.append(try wireLine(EngineEvent.heartbeat) + Data("{\"he".utf8))
        #expect(try reader.next() == .heartbeat)
        #expect(try reader.next() == nil)
        #expect(throws: WireError.truncated(bytes: 4)) { try reader.finish() }
    }

    @Test func `a number that is not finite is not written`() {
        #expect(throws: (any Error).self) { try wireLine(EngineEvent.audio(order: "x", seconds: .nan)) }
    }

    @Test func `a host of another version is refused`() throws {
        let reports = [EngineReport(name: "pocketsphinx")]
        #expect(try EngineEvent.ready(wireVersion: engineWireVersion, processID: 1, engines: reports).requireReady() == reports)
        #expect(throws: WireError.wrongVersion(found: 99, wanted: engineWireVersion)) {
            try EngineEvent.ready(wireVersion: 99, processID: 1, engines: []).requireReady()
        }
        #expect(throws: WireError.wrongVersion(found: nil, wanted: engineWireVersion)) {
            try EngineEvent.heartbeat.requireReady()
        }
    }
}

private func read<Message: Decodable & Sendable>(_ chunks: [Data], as: Message.Type) throws -> [Message] {
    var reader = WireLineReader<Message>()
    var messages: [Message] = []
    for chunk in chunks {
        reader.append(chunk)
        while let message = try reader.next() { messages.append(message) }
    }
    try reader.finish()
    return messages
}

private let model = ModelFiles(id: "m", family: .nemoTransducer, files: ["encoder": "/a/b"], parameters: ["k": "v"])

private let requests: [EngineRequest] = [
    .transcribe(
        TranscribeOrder(
            order: "o",
            audioPath: "/päth",
            model: model,
            vadModelPath: "/v",
            language: "de",
            task: .translate,
            hotwords: ["a b"],
            threads: 2,
            start: 1.5,
            end: 2.25,
            firstPiece: 3,
            resumeAt: 1.75
        )
    ),
    .diarize(DiarizeOrder(order: "d", audioPath: "/p", model: model, speakers: 2, maxSpeakers: 4)),
    .cancel(order: "o"), .unload, .shutdown,
]

private let events: [EngineEvent] = [
    .ready(wireVersion: 1, processID: 7, engines: [EngineReport(name: "sherpa-onnx", version: "2.0.1", problem: nil)]),
    .heartbeat, .accepted(order: "o"), .loading(order: "o", model: "m"), .loaded(order: "o", model: "m", seconds: 0.25),
    .audio(order: "o", seconds: 3_600), .progress(order: "o", position: 1.5),
    .piece(
        order: "o",
        piece: TranscribedPiece(
            index: 0,
            start: 0.1,
            end: 2,
            resumeAt: 2.1,
            text: "Grüße 🙂",
            words: [Word(start: 0.1, end: 0.5, word: "Grüße", confidence: 0.5)],
            segments: [Segment(start: 0.1, end: 2, text: "Grüße 🙂")],
            language: "de",
            flags: ["REPEATED_TEXT"]
        )
    ),
    .turns(order: "o", turns: [SpeakerTurn(start: 0, end: 1, speaker: "0")]),
    .done(
        order: "o",
        report: OrderReport(audioSeconds: 10, speechSeconds: 8, processorSeconds: 1.5, peakMemoryBytes: 1 << 27)
    ),
    .failed(order: "o", code: "MODEL_CORRUPT", message: "The model is damaged.", detail: nil),
]
