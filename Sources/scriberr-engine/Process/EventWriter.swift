import Foundation
import ScriberrEngineWire
import Synchronization

/// The host's side of the wire to the server. Lines of several threads never mix.
final class EventWriter: Sendable {
    private let descriptor: Mutex<Int32>

    init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// Writes one event and waits while the server is slow to read. Ends the process when nobody reads any more.
    func send(_ event: EngineEvent) {
        guard let line = try? wireLine(event) else {
            // Only a number that is not finite or a text without end comes here: our own mistake.
            Log.write("an event could not be written")
            ProcessRules.end(HostExit.brokenWire)
        }
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0 && errno == EINTR { continue }
                    if written <= 0 { ProcessRules.end(HostExit.parentGone) }
                    rest = rest.dropFirst(written)
                }
            }
        }
    }
}

/// How a host ends on its own account. Anything else is a library's doing.
enum HostExit {
    /// Told to, or the server closed the wire.
    static let asked: Int32 = 0
    /// The server no longer reads.
    static let parentGone: Int32 = 0
    /// A wrong command line.
    static let usage: Int32 = 64
    /// The server wrote something that is no request.
    static let brokenWire: Int32 = 65
}

/// Free text for the server's log, on standard error. Never content, paths or keys.
enum Log {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data("scriberr-engine: \(text)\n".utf8))
    }
}
