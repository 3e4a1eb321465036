import Dispatch
import Foundation
import Glibc
import ScriberrCore
import Synchronization

/// A child process with sockets as its standard input and output, in a process group of its own.
///
/// Output is pulled: what nobody reads stays in the socket, and the child waits. The child is reaped as soon as it ends,
/// and its whole group is killed with it, so that what it started does not outlive it.
final class ChildProcess: Sendable {
    let processID: pid_t
    private let input: Descriptor
    private let output: Descriptor
    private let errors = ErrorTail()
    private let reading = DispatchQueue(label: "scriberr.child.read")
    private let writing = DispatchQueue(label: "scriberr.child.write")
    private let life = Mutex(Life())

    private struct Life {
        var status: ProcessExit?
        var waiting: [CheckedContinuation<ProcessExit, Never>] = []
    }

    /// What to start.
    struct Launch: Sendable {
        var executable: String
        var arguments: [String] = []
        /// The whole environment; nothing is inherited.
        var environment: [String: String] = [:]
    }

    /// Starts the program. Throws `ENGINE_UNAVAILABLE` when that cannot be done.
    init(_ launch: Launch) throws {
        let (input, childsInput) = try Descriptor.pair()
        let (output, childsOutput) = try Descriptor.pair()
        let (errors, childsErrors) = try Descriptor.pair()
        self.input = input
        self.output = output
        processID = try spawn(launch, standard: [childsInput, childsOutput, childsErrors])
        watch(errors)
    }

    /// The next bytes of the child's output; nil once it has closed it. One caller at a time.
    func read() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            reading.async { [output] in continuation.resume(returning: output.readSome(65_536)) }
        }
    }

    /// Sends bytes without waiting. A child that is gone is noticed by its end, not here.
    func write(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        writing.async { [input] in _ = input.sendAll(bytes) }
    }

    /// Tells the child that no more input follows.
    func closeInput() {
        writing.async { [input] in input.endSending() }
    }

    /// How the child ended; waits for that.
    var exit: ProcessExit {
        get async {
            await withCheckedContinuation { continuation in
                let status = life.withLock { life in
                    if life.status == nil { life.waiting.append(continuation) }
                    return life.status
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }

    /// Whether the child has ended.
    var hasExited: Bool { life.withLock { $0.status != nil } }

    /// The last of what the child wrote on its standard error; complete once ``exit`` is known.
    var errorText: String { errors.text }

    /// Ends the child and all that it started, at once. Harmless when it has ended.
    func kill() {
        // Under the lock the process is not reaped, so its number cannot belong to another one yet.
        life.withLock { life in
            if life.status == nil { _ = Glibc.kill(-processID, SIGKILL) }
        }
    }

    /// The child's resident size in bytes; nil when it is gone.
    var residentBytes: Int64? {
        guard let text = try? String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func watch(_ errors: Descriptor) {
        let drained = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [tail = self.errors] in
            while let bytes = errors.readSome(4_096) { tail.append(bytes) }
            drained.signal()
        }
        Thread.detachNewThread { [self] in
            waitForEnd(drained)
        }
    }

    private func waitForEnd(_ drained: DispatchSemaphore) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        // The dead leader still holds the group's number, so this cannot hit another group.
        _ = Glibc.kill(-processID, SIGKILL)
        // Bounded, for the case that a process outside the group holds the other end.
        _ = drained.wait(timeout: .now() + .milliseconds(250))
        let (status, waiting) = life.withLock { life in
            var raw: Int32 = 0
            while waitpid(processID, &raw, 0) < 0 && errno == EINTR {}
            let status = ProcessExit(waitStatus: raw)
            life.status = status
            defer { life.waiting = [] }
            return (status, life.waiting)
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}
