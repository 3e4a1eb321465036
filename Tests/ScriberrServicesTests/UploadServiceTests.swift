import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct UploadServiceTests {
    @Test func `an upload whose server died before the file was made becomes one when it is asked for`() async throws {
        try await World.with { world in
            let (ann, uploads) = (try await world.ann(), world.services.uploads)
            let upload = try await uploads.create(ann, lengthBytes: 3, metadata: "")
            // What a server leaves that ends behind the last byte: the bytes and the offset, but no file.
            var staged = try await world.staging.open(upload.id)
            try await staged?.write(Array("Aaa".utf8)[...])
            let (id, expiresAt) = (upload.id, upload.expiresAt)
            _ = try await world.database.write { db in
                try PartialUploadSQL.advance(db, id, from: 0, to: 3, expiresAt: expiresAt)
            }
            // While somebody has the bytes open, it only tells how far it is.
            #expect(staged != nil)
            #expect(try await uploads.get(ann, upload.id).fileID == nil)
            staged = nil
            let file = try #require(try await uploads.get(ann, upload.id).fileID)
            #expect(try await world.services.library.get(ann, file).sizeBytes == 3)
            #expect(try await uploads.get(ann, upload.id).fileID == file)
        }
    }

    @Test func `bytes behind the durable offset do not count`() async throws {
        try await World.with { world in
            let (ann, uploads) = (try await world.ann(), world.services.uploads)
            let upload = try await uploads.create(ann, lengthBytes: 6, metadata: "")
            // A dead server had written more than it had noted.
            try "Axxxxxxxx".write(toFile: world.staging.path(of: upload.id), atomically: false, encoding: .utf8)
            let (id, expiresAt) = (upload.id, upload.expiresAt)
            _ = try await world.database.write { db in
                try PartialUploadSQL.advance(db, id, from: 0, to: 1, expiresAt: expiresAt)
            }
            let piece = try await uploads.receive(ann, upload.id, at: 1, declaredBytes: 5)
            try await piece.write(Array("bcdef".utf8)[...])
            let file = try #require(try await piece.end().fileID)
            let audio = try await world.services.library.audio(ann, file)
            var bytes: [UInt8] = []
            try await audio.read(0..<6) { bytes += $0 }
            #expect(String(decoding: bytes, as: UTF8.self) == "Abcdef")
        }
    }

    @Test func `a request that comes too late cuts nothing off what another has just put there`() async throws {
        try await World.with { world in
            let (ann, uploads) = (try await world.ann(), world.services.uploads)
            for _ in 0..<40 {
                let upload = try await uploads.create(ann, lengthBytes: 4, metadata: "")
                // All begin at nothing, as a client does that sends a piece again; those that lose are told so.
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            guard let piece = try? await uploads.receive(ann, upload.id, at: 0, declaredBytes: 3) else { return }
                            try? await piece.write(Array("Aaa".utf8)[...])
                            _ = try? await piece.end()
                        }
                    }
                }
                #expect(try await uploads.get(ann, upload.id).offsetBytes == 3)
                let last = try await uploads.receive(ann, upload.id, at: 3, declaredBytes: 1)
                try await last.write(Array("b".utf8)[...])
                #expect(try await last.end().fileID != nil)
            }
        }
    }

    @Test func `the same bytes twice are stored once`() async throws {
        try await World.with { world in
            let (ann, uploads) = (try await world.ann(), world.services.uploads)
            for _ in 0..<2 {
                let upload = try await uploads.create(ann, lengthBytes: 3, metadata: "")
                let piece = try await uploads.receive(ann, upload.id, at: 0, declaredBytes: 3)
                try await piece.write(Array("Aaa".utf8)[...])
                #expect(try await piece.end().fileID != nil)
            }
            let blobs = FileManager.default.enumerator(atPath: world.folder + "/blobs")?.compactMap { $0 as? String } ?? []
            #expect(blobs.count { $0.contains("/file_") } == 1)
            #expect(try await world.staging.uploads() == [])
        }
    }

    @Test func `what was given up is removed, and a file without a row too`() async throws {
        try await World.with { world in
            let (ann, uploads) = (try await world.ann(), world.services.uploads)
            let old = try await uploads.create(ann, lengthBytes: 3, metadata: "")
            let piece = try await uploads.receive(ann, old.id, at: 0, declaredBytes: nil)
            try await piece.write(Array("A".utf8)[...])
            try await piece.interrupt()
            try "stray".write(toFile: world.folder + "/partial/up_stray", atomically: true, encoding: .utf8)
            #expect(try await uploads.sweep() == 1)
            world.clock.advance(by: .seconds(90_000))
            let young = try await uploads.create(ann, lengthBytes: 3, metadata: "")
            #expect(try await uploads.sweep() == 1)
            #expect(try await world.staging.uploads() == [])
            #expect(try await uploads.get(ann, young.id).offsetBytes == 0)
            await #expect(throws: ScriberrError.self) { try await uploads.get(ann, old.id) }
        }
    }

    @Test func `a client that makes its own job gets no other one`() async throws {
        try await World.with { world in
            let (ann, services) = (try await world.ann(), world.services)
            _ = try await services.settings.update(ann, autoTranscriptionEnabled: true, defaultProfileID: nil)
            for (metadata, jobs) in [("auto_transcribe \(Data("false".utf8).base64EncodedString())", 0), ("", 1)] {
                let upload = try await services.uploads.create(ann, lengthBytes: 3, metadata: metadata)
                let piece = try await services.uploads.receive(ann, upload.id, at: 0, declaredBytes: 3)
                try await piece.write(Array("Aaa".utf8)[...])
                _ = try await piece.end()
                #expect(try await world.events(ann).count { $0 == "transcription.created" } == jobs)
            }
        }
    }
}
