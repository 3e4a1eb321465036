import Foundation
import ScriberrTestSupport
import Testing

@testable import scriberr

@Suite struct EnvironmentFileTests {
    private func values(_ text: String) -> [String: String] { EnvironmentFile(Array(text.utf8), name: ".env").values }
    private func problems(_ text: String) -> [String] { EnvironmentFile(Array(text.utf8), name: ".env").problems }

    @Test(arguments: [
        ("A=1", "1"), ("A = 1", "1"), ("  A=1  ", "1"), ("export A=1", "1"), ("export\tA=1", "1"), ("A=", ""), ("A='1'", "1"),
        ("A=\"1\"", "1"), ("A=a b c", "a b c"), ("A=a=b=c", "a=b=c"), ("A=it's", "it's"), ("A=x\"y\"", "x\"y\""),
        ("A=$B ${C}", "$B ${C}"), ("A=\"$B\"", "$B"), ("A=C:\\new", "C:\\new"), ("A=über", "über"),
    ])
    func `a line gives its value`(line: String, value: String) {
        #expect(values(line) == ["A": value])
        #expect(problems(line) == [])
    }

    @Test(arguments: [
        ("A=2 # two", "2"), ("A=2\t# two", "2"), ("A=2#two", "2#two"), ("A=# none", "# none"), ("A= # none", ""),
        ("A='2' # two", "2"), ("A=\"2\"# two", "2"), ("A='2 # two'", "2 # two"), ("A=\"2 # two\"", "2 # two"),
        ("A=a # b # c", "a"), ("A=https://x/#top", "https://x/#top"),
    ])
    func `a comment behind a value is none of it`(line: String, value: String) {
        #expect(values(line) == ["A": value])
        #expect(problems(line) == [])
    }

    @Test(arguments: [
        (#"A="a\nb""#, "a\nb"), (#"A="a\"b""#, "a\"b"), (#"A="a\\nb""#, "a\\nb"), (#"A="a\tb""#, "a\\tb"),
        (#"A='a\nb'"#, "a\\nb"),
        (#"A='a\'"#, "a\\"), (#"A="a'b""#, "a'b"), (#"A='a"b'"#, "a\"b"), (#"A=a\nb"#, "a\\nb"), (#"A=" a ""#, " a "),
        (#"A="a\\""#, "a\\"), (#"A="""#, ""), ("A='a\r\nb'", "a\nb"),
    ])
    func `escapes mean something in double quotes only`(line: String, value: String) {
        #expect(values(line) == ["A": value])
        #expect(problems(line) == [])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines end as they do on any system`(end: String) {
        let text = ["# settings", "", "A=1", "  ", "B='2'", "export C=\"3\" # three", "A=4", "#D=5"].joined(separator: end)
        for text in [text, text + end, "\u{FEFF}" + text] {
            #expect(values(text) == ["A": "4", "B": "2", "C": "3"])
            #expect(problems(text) == [])
        }
    }

    @Test func `a byte order mark hides nothing`() {
        #expect(values("\u{FEFF}A=1\nB=2") == ["A": "1", "B": "2"])
    }

    @Test func `names of other programs' settings are in nobody's way`() {
        #expect(values("app.name=x\nother-name=y\nexport=z") == ["app.name": "x", "other-name": "y", "export": "z"])
    }

    @Test(arguments: [
        "hunter2", "export hunter2", "=hunter2", "my hunter2=1", "1A=hunter2", "A='hunter2", "A=\"hunter2", "A=\"hunter2\\\"",
        "A='hunter2'x", "A=\"a\"hunter2\"", "A: hunter2", "hunter2 ?",
    ])
    func `a line that cannot be read is told by its number, without what it says`(line: String) {
        let text = "B=1\r\n# comment\r\n\(line)\r\nC=3\r\n"
        #expect(problems(text).count == 1)
        #expect(problems(text).first?.hasPrefix(".env, line 3: ") == true)
        #expect(problems(text).first?.contains("hunter2") == false)
        #expect(values(text) == ["B": "1", "C": "3"])
    }

    @Test func `text that is not UTF-8 is told where it is a value`() {
        let latin: [UInt8] = Array("# f".utf8) + [0xFC] + Array("r\nA=1\nB=".utf8) + [0xFC] + Array("\n".utf8)
        let file = EnvironmentFile(latin, name: ".env")
        #expect(file.values == ["A": "1"])
        #expect(file.problems.map { $0.prefix(12) } == [".env, line 3"])
    }

    @Test func `every line that cannot be read is told, and stops the start`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/.env"
            try "PORT=9000\nnonsense\nHOST=127.0.0.1\n'x'\nTRANSCRIPTION_WORKERS=two\n".write(
                toFile: file,
                atomically: true,
                encoding: .utf8
            )
            let error = await #expect(throws: SettingsError.self) {
                try await Settings.read(environment: [:], environmentFile: file)
            }
            let problems = try #require(error?.problems)
            #expect(problems.count == 3)
            #expect(problems[0].hasPrefix("\(file), line 2: ") && problems[1].hasPrefix("\(file), line 4: "))
            #expect(problems[2].hasPrefix("TRANSCRIPTION_WORKERS: got \"two\""))
        }
    }

    @Test func `settings of a file from another system hold`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/.env"
            let secret = String(repeating: "s", count: 40)
            try "\u{FEFF}PORT=9000\r\nexport HOST='::1'\r\nTRANSCRIPTION_WORKERS=\"2\" # two\r\nJWT_SECRET=\"\(secret)\"\r\n"
                .write(
                    toFile: file,
                    atomically: true,
                    encoding: .utf8
                )
            let settings = try await Settings.read(environment: ["PORT": "", "HOST": "::"], environmentFile: file)
            #expect(settings.port == 9000)
            #expect(settings.host == "::")
            #expect(settings.queue.workers == 2)
            #expect(settings.tokenSecret == secret)
        }
    }

    @Test func `a folder of that name, or none, says nothing`() async throws {
        try await withTemporaryFolder { folder in
            #expect(EnvironmentFile(path: folder).problems == [])
            #expect(EnvironmentFile(path: folder + "/none").problems == [])
        }
    }
}
