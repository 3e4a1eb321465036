import Foundation
import Glibc
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import scriberr

@Suite struct ResultFileTests {
    private let text = Data("hello\n".utf8)

    @Test func `a new file has the usual mode, an old one keeps its own`() async throws {
        try await withTemporaryFolder { folder in
            try ResultFile.write(text, to: folder + "/new.txt")
            #expect(contents(folder + "/new.txt") == "hello\n")
            #expect(mode(folder + "/new.txt") & 0o600 == 0o600)
            try make(folder + "/private.txt", "before, and longer than what comes")
            chmod(folder + "/private.txt", 0o640)
            try ResultFile.write(text, to: folder + "/private.txt")
            #expect(contents(folder + "/private.txt") == "hello\n")
            #expect(mode(folder + "/private.txt") == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["new.txt", "private.txt"])
        }
    }

    @Test func `links are followed, also one to a file that is not there yet`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/texts", withIntermediateDirectories: true)
            try make(folder + "/texts/old.txt", "before")
            for (link, target) in [("a", "texts/old.txt"), ("b", "texts/new.txt"), ("c", folder + "/a"), ("loop", "loop")] {
                try FileManager.default.createSymbolicLink(atPath: folder + "/" + link, withDestinationPath: target)
            }
            try ResultFile.write(text, to: folder + "/c")
            try ResultFile.write(text, to: folder + "/b")
            #expect(contents(folder + "/texts/old.txt") == "hello\n")
            #expect(contents(folder + "/texts/new.txt") == "hello\n")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/a") == "texts/old.txt")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/b") == "texts/new.txt")
            #expect(failure { try ResultFile.write(text, to: folder + "/loop") } == .storageFailed)
        }
    }

    @Test func `another name of the same file has the new bytes too`() async throws {
        try await withTemporaryFolder { folder in
            try make(folder + "/one.txt", "before, and longer than what comes")
            #expect(link(folder + "/one.txt", folder + "/two.txt") == 0)
            try ResultFile.write(text, to: folder + "/one.txt")
            #expect(contents(folder + "/two.txt") == "hello\n")
        }
    }

    @Test func `a pipe gets the bytes and stays a pipe`() async throws {
        try await withTemporaryFolder { folder in
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            #expect(ResultFile.problem(pipe) == nil)
            try ResultFile.write(text, to: pipe)
            var bytes = [UInt8](repeating: 0, count: 64)
            #expect(read(reader, &bytes, bytes.count) == text.count)
            #expect(try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType != .typeRegular)
        }
    }

    @Test func `what the process has open is written where it is, and what it does not take is an error`() async throws {
        try await withTemporaryFolder { folder in
            try make(folder + "/log.txt", "before\n")
            let log = open(folder + "/log.txt", O_WRONLY | O_APPEND)
            defer { close(log) }
            try ResultFile.write(text, to: "/dev/fd/\(log)")
            #expect(contents(folder + "/log.txt") == "before\nhello\n")
            // Named by its number: nothing here may come near the device itself.
            let full = open("/dev/full", O_WRONLY)
            defer { close(full) }
            #expect(failure { try ResultFile.write(text, to: "/proc/self/fd/\(full)") } == .storageFull)
        }
    }

    @Test func `a place that cannot be written is told before the work`() async throws {
        try await withTemporaryFolder { folder in
            #expect(TranscriptTarget.problem(withWritingTo: folder) == nil)
            #expect(TranscriptTarget.problem(withWritingTo: folder + "/a/b/") == nil)
            #expect(TranscriptTarget.problem(withWritingTo: folder + "/a.txt") == nil)
            #expect(TranscriptTarget.problem(withWritingTo: "/dev/null") == nil)
            #expect(TranscriptTarget.problem(withWritingTo: "/dev/stdout") == nil)
            #expect(TranscriptTarget.problem(withWritingTo: folder + "/a/b.txt")?.contains("There is no folder") == true)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a/b.txt")
            #expect(TranscriptTarget.problem(withWritingTo: folder + "/link")?.contains("There is no folder") == true)
        }
    }

    private func make(_ path: String, _ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    private func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private func failure(_ body: () throws -> Void) -> ScriberrError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ScriberrError)?.code
        }
    }
}
