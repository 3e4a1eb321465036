import Foundation
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import scriberr

@Suite struct FolderPartTests {
    @Test(arguments: [
        (["a/talk.wav", "b/other.mp3"], ["talk", "other"]), (["talk.wav", "talk.flac"], ["talk.wav", "talk.flac"]),
        (["a/talk.wav", "b/talk.wav", "c/talk.wav"], ["talk.wav", "talk.wav-2", "talk.wav-3"]),
        (["talk.wav", "talk.flac", "talk.wav.mp3"], ["talk.wav", "talk.flac", "talk.wav-2"]),
    ])
    func `no two transcripts in a folder have one name`(_ files: [String], _ names: [String]) {
        let output = OutputNames(files)
        #expect(files.indices.map { output[$0] } == names)
    }

    @Test(arguments: [
        ("{title}", "a_b"), ("{user}/{date}/{title}", "ann/1970-01-01/a_b"), ("x-{language}", "x-unknown"),
        ("{id}", "tr_1"),
    ])
    func `a name follows its pattern and stays one name`(_ pattern: String, _ name: String) {
        #expect(ExportNaming.name(pattern, job(title: "a/b"), user: "ann") == name)
    }

    @Test func `a title leads nowhere and is no pattern`() {
        #expect(ExportNaming.name("{title}", job(title: "../../etc/passwd"), user: "ann") == "_.._etc_passwd")
        #expect(ExportNaming.name("{title}", job(title: "{user}"), user: "ann") == "{user}")
        #expect(ExportNaming.name("{title}", job(title: "..."), user: "ann") == "untitled")
        #expect(ExportNaming.name("{title}", job(title: "a: <b>\u{202E}txt.exe"), user: "ann") == "a_ _b_txt.exe")
        #expect(ExportNaming.name("{title}", job(title: String(repeating: "ü", count: 300)), user: "ann").utf8.count <= 180)
    }

    @Test(arguments: [
        ("{title}", true), ("{user}/x/{id}", true), ("../{id}", false), ("{name}", false), ("/abs", false), ("a//b", false),
    ])
    func `patterns that leave the folder or name unknown fields are refused`(_ pattern: String, _ isGood: Bool) {
        #expect(ExportNaming.isGood(pattern) == isGood)
    }

    @Test(arguments: [
        ("WEBHOOK_RETRY_DELAYS", "soon"), ("WEBHOOK_RETRY_DELAYS", "5s,,"), ("WEBHOOK_TIMEOUT", "0"),
        ("WEBHOOK_CONCURRENCY", "0"), ("EXPORT_FORMATS", "txt,waltz"), ("EXPORT_NAME", "../{title}"), ("UPLOAD_EXPIRY", "later"),
        ("WATCH_KEEP", "maybe"), ("WATCH_RECURSIVE", "deep"), ("WATCH_SETTLE", "-1s"), ("OUTBOUND_ALLOW_PRIVATE", "perhaps"),
    ])
    func `a wrong setting is refused with its name`(_ name: String, _ value: String) async {
        let error = await #expect(throws: SettingsError.self) {
            try await Settings.read(environment: [name: value], environmentFile: nil)
        }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.hasPrefix("\(name): got ") == true)
    }

    private func user(_ number: Int64, _ name: String, _ role: User.Role = .user, isDisabled: Bool = false) -> User {
        User(id: UserID(number), username: name, role: role, isDisabled: isDisabled, createdAt: .now, updatedAt: .now)
    }

    @Test func `recordings belong to whom WATCH_USER names, or to the first admin`() throws {
        let users = [user(1, "anna", .admin), user(2, "ben"), user(3, "eve", isDisabled: true)]
        #expect(try FolderService.owner(among: users, named: nil) == UserID(1))
        #expect(try FolderService.owner(among: users, named: "Ben") == UserID(2))
        for name in ["nobody", "eve"] {
            let error = #expect(throws: ScriberrError.self) { try FolderService.owner(among: users, named: name) }
            #expect(error?.message.contains("WATCH_USER: there is no account \"\(name)\"") == true)
        }
        let early = #expect(throws: ScriberrError.self) { try FolderService.owner(among: [], named: nil) }
        #expect(early?.message.contains("no account yet") == true)
    }

    @Test func `subfolders are looked into when asked for, but no results, hidden ones, links and other watchers'`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let watched = ["a.wav", "deep/er/b.wav", "deep/done/c.wav", "done.wav"]
            let left = ["done/d.wav", "failed/e.wav", "out/f.wav", ".hidden/g.wav", "other/h.wav", "deep/.i.wav"]
            for path in watched + left + ["other/.scriberr/journal.jsonl"] {
                let url = URL(fileURLWithPath: folder + "/" + path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: url)
            }
            try FileManager.default.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: folder)
            var flat = FolderScan(folder: folder, settle: .zero)
            #expect(Set(flat.look().ready.map(\.name)) == ["a.wav", "done.wav"])
            var deep = FolderScan(folder: folder, settle: .zero, subfolders: Subfolders(results: [folder + "/out"]))
            #expect(Set(deep.look().ready.map(\.name)) == Set(watched))
        }
    }

    @Test func `a journal tells after a crash what was noted, and belongs to one process`() async throws {
        try await withTemporaryFolder { folder in
            do {
                let journal = try FolderJournal(folder: folder)
                try journal.note(entry("a", .taken))
                try journal.note(entry("a", .done))
                try journal.note(entry("b", .taken))
                #expect(throws: ScriberrError.self) { try FolderJournal(folder: folder) }
            }
            // The crash came in the middle of a line.
            let path = folder + "/.scriberr/journal.jsonl"
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data(#"{"hash":"c","na"#.utf8))
            try file.close()
            let journal = try FolderJournal(folder: folder)
            #expect(journal["a"]?.state == .done)
            #expect(journal["b"]?.state == .taken)
            #expect(journal["c"] == nil)
            try journal.note(entry("d", .failed))
            #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 5)
        }
    }

    @Test func `a login is kept for its user alone, and its key for its own server`() async throws {
        #expect(Login.tidy("localhost:8080/") == "http://localhost:8080")
        #expect(Login.path(["XDG_CONFIG_HOME": "/x", "HOME": "/h"]) == "/x/scriberr/login.json")
        #expect(Login.path(["XDG_CONFIG_HOME": "relative", "HOME": "/h"]) == "/h/.config/scriberr/login.json")
    }

    private func entry(_ hash: String, _ state: FolderJournal.State) -> FolderJournal.Entry {
        FolderJournal.Entry(hash: hash, name: hash + ".wav", state: state, at: "2026-11-24T01:50:36Z")
    }

    private func job(title: String) -> Transcription {
        Transcription(
            id: TranscriptionID(trusted: "tr_1"),
            owner: UserID(1),
            fileID: FileID(trusted: "file_1"),
            title: title,
            options: TranscriptionOptions(),
            maxAttempts: 1,
            audioSeconds: nil,
            createdAt: Timestamp(microseconds: 0)
        )
    }
}
