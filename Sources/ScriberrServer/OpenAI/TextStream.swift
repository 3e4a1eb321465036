import Foundation
import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Call {
    /// Answers with the text as it is heard: `transcript.text.delta` for each piece, `transcript.text.segment` for each segment
    /// once speakers are known, `transcript.text.done` at the end. The job goes on when the client leaves.
    func textStream(_ job: Transcription, _ request: SpeechRequest, _ principal: Principal) -> Answer {
        var answer = Answer(
            status: .ok,
            headers: guestHeaders(job, ignored: request.ignored),
            body: .stream(length: nil) { sink in
                try await stream(into: sink) { sink in
                    do {
                        try await sendText(job.id, request, principal, into: sink)
                    } catch let error as ScriberrError {
                        try await sink.writeEvent(failure(error))
                    }
                }
            }
        )
        answer.headers[.contentType] = "text/event-stream; charset=utf-8"
        answer.headers[.cacheControl] = "no-cache, no-transform"
        answer.headers[.accelBuffering] = "no"
        answer.closesConnection = true
        return answer
    }

    private func sendText(
        _ id: TranscriptionID,
        _ request: SpeechRequest,
        _ principal: Principal,
        into sink: AnswerSink
    ) async throws {
        var text = GrowingText()
        var reached = 0
        let feed = FeedRequest(owner: principal.owner, subject: id.text, types: Self.endings.union(["transcription.segment"]))
        for try await message in services.events.subscribe(feed) {
            if message.name == "transcription.segment" {
                // Pieces that were there at the start come again as events; an attempt that starts anew begins at 0 again.
                guard let news = Piece(message.data), news.index >= reached else { continue }
                reached = news.index + 1
                try await sink.writeDelta(text.add(news.heard))
                continue
            }
            let job = try await services.transcriptions.get(principal.owner, id)
            if job.status.isTerminal { return try await finish(job, request, principal, text, into: sink) }
            for piece in try await services.transcriptions.heardPieces(principal.owner, id).dropFirst(reached) {
                reached += 1
                try await sink.writeDelta(text.add(piece))
            }
        }
        throw ScriberrError.serverStops
    }

    private func finish(
        _ job: Transcription,
        _ request: SpeechRequest,
        _ principal: Principal,
        _ text: GrowingText,
        into sink: AnswerSink
    ) async throws {
        let transcript = try await self.text(of: job, principal)
        var text = text
        try await sink.writeDelta(text.finish(with: transcript.text))
        try request.check(job)
        if request.format == .diarizedJSON {
            for segment in OpenAIMessages.segments(transcript) { try await sink.writeEvent(segment) }
        }
        let seconds = job.audioSeconds ?? 0
        try await sink.writeEvent(OpenAIMessages.done(transcript, seconds: seconds, logprobs: request.wantsLogprobs))
        try await sink.writeEvent(Array("[DONE]".utf8))
    }

    private func failure(_ error: ScriberrError) -> [UInt8] {
        var json = JSONWriter()
        json.object { $0.object("error") { $0.openAI(error, error.openAIStatus) } }
        return json.bytes
    }
}

extension AnswerSink {
    fileprivate func writeEvent(_ data: [UInt8]) async throws {
        try await write(Array("data: ".utf8) + data + Array("\n\n".utf8))
    }

    fileprivate func writeDelta(_ text: String) async throws {
        if !text.isEmpty { try await writeEvent(OpenAIMessages.delta(text)) }
    }
}

/// A finished piece as `transcription.segment` tells of it.
private struct Piece: Decodable {
    var index: Int
    var start: Double
    var end: Double
    var text: String
    var words: [Word]

    init?(_ data: String) {
        // What cannot be read is left to the end, when all of the text is sent.
        guard let piece = try? JSONDecoder().decode(Piece.self, from: Data(data.utf8)) else { return nil }
        self = piece
    }

    var heard: HeardPiece { HeardPiece(start: start, end: end, text: text, words: words) }
}
