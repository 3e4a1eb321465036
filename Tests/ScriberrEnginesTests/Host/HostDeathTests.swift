import Glibc
import ScriberrCore
import Testing

@testable import ScriberrEngines

/// The classifier, with lines as the libraries write them.
struct HostDeathTests {
    private func code(
        _ status: ProcessExit,
        _ errors: String = "",
        loading: Bool = false,
        resident: Int64? = nil,
        limit: Int64? = nil
    ) -> ScriberrError.Code {
        HostDeath(status: status, errors: errors, wasLoading: loading, residentBytes: resident, memoryLimitBytes: limit).error
            .code
    }

    @Test func `a refusal while loading is a damaged model`() {
        let line = "offline-recognizer-impl.cc:Create:139 'vocab_size' does not exist in the metadata"
        #expect(code(.code(255), line, loading: true) == .modelCorrupt)
        #expect(code(.code(1), "FATAL: mdef.c: No mdef-file", loading: true) == .modelCorrupt)
    }

    @Test func `the same status at work is a crash`() {
        #expect(code(.code(255), "Invalid language: xx") == .engineCrashed)
        #expect(code(.code(1)) == .engineCrashed)
    }

    @Test(arguments: [SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL])
    func `a signal is a crash, while loading too`(signal: Int32) {
        #expect(code(.signal(signal)) == .engineCrashed)
        #expect(code(.signal(signal), loading: true) == .engineCrashed)
    }

    @Test func `allocation failures are told by the text`() {
        let line = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc"
        #expect(code(.signal(SIGABRT), line) == .engineOutOfMemory)
        #expect(code(.signal(SIGABRT), line, loading: true) == .engineOutOfMemory)
    }

    @Test func `a kill from outside is out-of-memory only near the limit`() {
        #expect(code(.signal(SIGKILL), resident: 900, limit: 1_000) == .engineOutOfMemory)
        #expect(code(.signal(SIGKILL), resident: 100, limit: 1_000) == .engineCrashed)
        #expect(code(.signal(SIGKILL), resident: 100) == .engineCrashed)
        #expect(code(.signal(SIGKILL)) == .engineCrashed)
    }

    @Test func `clients never see the library's words`() {
        let death = HostDeath(
            status: .code(255),
            errors: "/secret/path",
            wasLoading: true,
            residentBytes: nil,
            memoryLimitBytes: nil
        )
        #expect(!death.error.message.contains("secret"))
        #expect(death.error.detail?.contains("/secret/path") == true)
    }

    @Test func `wait statuses are read as the kernel writes them`() {
        #expect(ProcessExit(waitStatus: 255 << 8) == .code(255))
        #expect(ProcessExit(waitStatus: 11) == .signal(11))
        #expect(ProcessExit(waitStatus: 0x80 | 6) == .signal(6))
        #expect(ProcessExit(waitStatus: 0) == .code(0))
    }
}
