import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrTestSupport
import Testing

@Suite struct TranscriptArchiveTests {
    @Test func `a transcript's file comes with its completion and goes with its transcription`() async throws {
        try await World.with { world in
            let (ann, folder) = (try await world.ann(), world.folder + "/transcripts")
            let archive = TranscriptArchive(database: world.database, signals: world.signals, path: folder)
            let running = Task { await archive.run { Issue.record("\($0)") } }
            defer { running.cancel() }
            let job = try await world.job(ann)
            try await world.complete(#require(try await world.claim()), "hello")
            let file = "\(folder)/\(job.id.text)/transcript.json"
            #expect(await eventually { FileManager.default.fileExists(atPath: file) })
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains(#""text":"hello""#))
            try await world.services.transcriptions.delete(ann, job.id)
            #expect(await eventually { !FileManager.default.fileExists(atPath: "\(folder)/\(job.id.text)") })
            running.cancel()
            await running.value
        }
    }
}
