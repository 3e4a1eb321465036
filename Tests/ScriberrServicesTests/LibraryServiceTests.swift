import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct LibraryServiceTests {
    @Test func `an upload keeps what was found in its bytes`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let file = try await world.file(ann, "Abcd", name: "My talk.mp3")
            #expect(file.title == "My talk" && file.kind == .audio && file.mimeType == "audio/ogg")
            #expect(file.sizeBytes == 4 && file.durationSeconds == 10 && file.contentHash.count == 71)
            #expect(try await world.services.library.get(ann, file.id) == file)
            #expect(try await world.events(ann) == ["file.ready"])
            let video = try await world.file(ann, "V", name: "film.wav")
            #expect(video.kind == .video)
        }
    }

    @Test(arguments: [
        ("../../secret.wav", "secret"), ("a..b.wav", "a.b"), ("..", "Untitled"), ("C:\\x\\talk.m4a", "talk"),
        ("bell\u{7}.mp3", "bell"), ("", "Untitled"), ("archive.tar.gz", "archive.tar"), ("Ünï.ogg", "Ünï"),
        ("dir/", "dir"), (".hidden", "hidden"),
    ])
    func `the title made of a file name is harmless`(_ name: String, _ title: String) async throws {
        try await World.with { world in
            let file = try await world.file(world.ann(), name: name)
            #expect(file.title == title)
        }
    }

    @Test func `identical bytes of one owner are stored once`() async throws {
        try await World.with { world in
            let (ann, ben) = (try await world.ann(), try await world.ben())
            let (one, two) = (try await world.file(ann, "Asame"), try await world.file(ann, "Asame"))
            let other = try await world.file(ben, "Asame")
            #expect(one.id != two.id && one.blobKey == two.blobKey && other.blobKey != one.blobKey)
            #expect(try world.storedBlobs().count == 2)
            try await world.services.library.delete(ann, one.id)
            #expect(try await world.text(world.services.library.audio(ann, two.id)) == "Asame")
            try await world.services.library.delete(ann, two.id)
            #expect(try world.storedBlobs() == [other.blobKey])
        }
    }

    @Test(arguments: ["", "A"]) func `bytes that the disk lost are back once they are uploaded again`(_ rest: String) async throws
    {
        try await World.with { world in
            let (ann, services) = (try await world.ann(), world.services)
            let job = try await world.job(ann)
            let old = try await services.library.get(ann, job.fileID)
            try await world.blobs.remove(old.blobKey)
            if !rest.isEmpty {
                let writer = try await world.blobs.create(old.blobKey)
                try await writer.write(Array(rest.utf8)[...])
                _ = try await writer.commit()
            }
            let new = try await world.file(ann, "Aaa")
            #expect(try await world.text(services.library.audio(ann, new.id)) == "Aaa")
            #expect(try await world.text(services.library.audio(ann, old.id)) == "Aaa")
            #expect(try await world.text(services.transcriptions.audio(ann, job.id)) == "Aaa")
            let recordings = StoredRecordings(database: world.database, blobs: world.blobs)
            let path = try await recordings.recording(of: job, onBytes: {}).copy.path
            #expect(FileManager.default.contents(atPath: path) == Data("Aaa".utf8))
            #expect(try world.storedBlobs() == [new.blobKey])
        }
    }

    @Test func `identical uploads at the same time are stored once`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let keys = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 { group.addTask { try await world.file(ann, "Asame").blobKey } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(try world.storedBlobs() == Array(keys))
        }
    }

    @Test func `the bytes of a deleted file stay for its transcriptions and go with the last`() async throws {
        try await World.with { world in
            let (ann, services) = (try await world.ann(), world.services)
            let job = try await world.job(ann)
            try await services.library.delete(ann, job.fileID)
            await expect(Failure(.notFound)) { try await services.library.get(ann, job.fileID) }
            #expect(try await services.library.list(ann, FileListQuery()).items.isEmpty)
            #expect(try await world.text(services.transcriptions.audio(ann, job.id)) == "Aaa")
            try await services.transcriptions.delete(ann, job.id)
            #expect(try world.storedBlobs().isEmpty)
        }
    }

    @Test func `an upload beyond the limit leaves nothing behind`() async throws {
        try await World.with(uploadLimitBytes: 10) { world in
            let (ann, library) = (try await world.ann(), world.services.library)
            let declared = await failure {
                try await library.beginUpload(ann, fileName: "a.wav", declaredType: nil, declaredBytes: 11)
            }
            #expect(declared == Failure(.payloadTooLarge, "file"))
            let upload = try await library.beginUpload(ann, fileName: "a.wav", declaredType: nil)
            try await upload.write(Array("A23456789".utf8)[...])
            await expect(Failure(.payloadTooLarge, "file")) { try await upload.write([0, 0]) }
            #expect(try world.storedBlobs().isEmpty)
        }
    }

    @Test func `a cut, refused or dropped upload leaves nothing behind`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            await (try await world.upload(ann)).abort()
            let broken = await failure { try await world.file(ann, "broken") }
            #expect(broken == Failure(.mediaUnreadable, "file"))
            let text = await failure { try await world.file(ann, "text", name: "notes.txt") }
            #expect(text == Failure(.unsupportedMediaType, "file"))
            await expect(Failure(.mediaUnreadable, "file")) { try await world.file(ann, "") }
            _ = try await world.upload(ann)
            #expect(try world.storedBlobs().isEmpty)
            #expect(try await world.services.library.list(ann, FileListQuery()).items.isEmpty)
        }
    }

    @Test func `auto-transcription creates a job with the default profile`() async throws {
        try await World.with { world in
            let (ann, services) = (try await world.ann(), world.services)
            var patch = ProfilePatch()
            patch.name = .value("German")
            patch.options.language = .value("de")
            patch.isDefault = .value(true)
            _ = try await services.profiles.create(ann, patch)
            _ = try await services.settings.update(ann, autoTranscriptionEnabled: true, defaultProfileID: nil)
            let file = try await world.file(ann)
            let jobs = try await services.transcriptions.list(ann, TranscriptionListQuery()).items
            #expect(jobs.map(\.fileID) == [file.id])
            let claimed = try #require(await world.claim()?.job)
            #expect(claimed.options.language == "de" && claimed.id == jobs.first?.id)
        }
    }

    @Test func `renaming checks the title and keeps strangers out`() async throws {
        try await World.with { world in
            let (ann, ben, library) = (try await world.ann(), try await world.ben(), world.services.library)
            let file = try await world.file(ann)
            #expect(try await library.rename(ann, file.id, title: " New ").title == "New")
            await expect(Failure(.validation, "title")) { try await library.rename(ann, file.id, title: " ") }
            await expect(Failure(.notFound)) { try await library.rename(ben, file.id, title: "x") }
            await expect(Failure(.notFound)) { try await library.delete(ben, file.id) }
            await expect(Failure(.notFound)) { try await library.audio(ben, file.id) }
        }
    }

    @Test func `audio is read by ranges and has a strong tag`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let file = try await world.file(ann, "A23456")
            let audio = try await world.services.library.audio(ann, file.id)
            #expect(audio.sizeBytes == 6 && audio.mimeType == "audio/ogg" && audio.fileName == "talk.ogg")
            #expect(audio.etag.hasPrefix("\"") && audio.etag.hasSuffix("\""))
            #expect(try await world.text(audio, 2..<4) == "34")
        }
    }

    @Test func `blobs that a crash left unclaimed are swept away`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let writer = try await world.blobs.create("file_orphan")
            try await writer.write([1])
            _ = try await writer.commit()
            try await world.noteUnclaimed("file_orphan")
            let kept = try await world.file(ann)
            try await world.services.housekeeping.run()
            #expect(try world.storedBlobs().count == 2)
            world.clock.advance(by: .seconds(3_601))
            try await world.services.housekeeping.run()
            #expect(try world.storedBlobs() == [kept.blobKey])
        }
    }
}
