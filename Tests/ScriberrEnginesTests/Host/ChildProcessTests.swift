import Foundation
import Glibc
import ScriberrTestSupport
import Testing

@testable import ScriberrEngines

@Suite(.timeLimit(.minutes(15)))
struct ChildProcessTests {
    private func shell(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.Launch(executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        )
    }

    private func everything(_ child: ChildProcess) async -> String {
        var all: [UInt8] = []
        while let bytes = await child.read() { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    @Test func `what is written comes back and the status is told`() async throws {
        let child = try shell("read line; echo got $line; exit 7")
        child.write(Array("hello\n".utf8))
        #expect(await everything(child) == "got hello\n")
        #expect(await child.exit == .code(7))
    }

    @Test func `the end of input reaches the child`() async throws {
        let child = try shell("cat; echo end")
        child.write(Array("x\n".utf8))
        child.closeInput()
        #expect(await everything(child) == "x\nend\n")
    }

    @Test func `the environment is what was given and no descriptor is inherited`() async throws {
        let child = try shell("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; ls /proc/self/fd | wc -l")
        let text = await everything(child)
        // ls itself opens the folder: 0, 1, 2 and that.
        #expect(text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } == ["PATH=/usr/bin:/bin", "4"])
    }

    @Test func `the last eight kilobytes of the error output are kept`() async throws {
        let child = try shell("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done")
        _ = await child.exit
        #expect(child.errorText.utf8.count == ErrorTail.bytesMax)
        #expect(child.errorText.hasSuffix("line 2999\n"))
    }

    @Test func `killing ends what the child has started`() async throws {
        let child = try shell("sleep 600 & echo $!; wait")
        let first = try #require(await child.read())
        let grandchild = try #require(
            Int32(String(decoding: first, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        )
        child.kill()
        #expect(await child.exit == .signal(SIGKILL))
        #expect(await hasEnded(grandchild))
    }

    @Test func `what a dying child has started dies with it`() async throws {
        let child = try shell("sleep 600 & echo $!; exit 3")
        let text = await everything(child)
        #expect(await child.exit == .code(3))
        let grandchild = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(await hasEnded(grandchild))
    }

    /// Waits until a process that was killed has come to its turn and died. A zombie may stay until the system's first process collects
    /// it: it runs no more.
    private func hasEnded(_ process: Int32) async -> Bool {
        await eventually {
            let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return state.map { $0.contains(") Z ") || $0.contains(") X ") } ?? true
        }
    }

    @Test func `writing to a child that is gone harms nobody`() async throws {
        let child = try shell("exit 0")
        _ = await child.exit
        child.write([UInt8](repeating: 1, count: 1 << 20))
        child.kill()
        #expect(child.hasExited && child.residentBytes == nil)
    }

    @Test func `a living child has a size`() async throws {
        let child = try shell("cat")
        // Just behind its start a child is still a copy of nothing.
        #expect(await eventually { (child.residentBytes ?? 0) > 100_000 })
        child.kill()
        _ = await child.exit
    }

    @Test func `a program that is not there is told so`() {
        #expect(throws: (any Error).self) {
            _ = try ChildProcess(ChildProcess.Launch(executable: "/nowhere/program"))
        }
    }
}
