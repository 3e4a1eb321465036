import Foundation
import ScriberrMedia
import Testing

@Suite(.serialized)
struct WorkFolderTests {
    private let old = Date(timeIntervalSinceNow: 3_600)

    @Test func `what a killed process left behind is removed, and what is in use stays`() throws {
        let left = FileManager.default.temporaryDirectory.appendingPathComponent("scriberr-media-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
        try Data("part".utf8).write(to: URL(fileURLWithPath: left + "/part"))
        let used = try WorkFolder("media")
        defer { used.remove() }
        WorkFolder.removeLeftovers()
        #expect(FileManager.default.fileExists(atPath: left), "it may have been made just now")
        #expect(WorkFolder.removeLeftovers(now: old) >= 1)
        #expect(!FileManager.default.fileExists(atPath: left))
        #expect(FileManager.default.fileExists(atPath: used.path))
    }

    @Test func `a folder goes with what is in it`() throws {
        let folder = try WorkFolder("site")
        try Data("title".utf8).write(to: URL(fileURLWithPath: folder.path + "/title.txt"))
        folder.remove()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
