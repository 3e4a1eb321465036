import Foundation
import ScriberrEngineWire

/// Reads requests on a thread of its own, so that a cancel or the end of the wire is seen whatever runs.
enum RequestReader {
    /// Hands every request to `onRequest`, on the reader's thread. The process ends with the wire.
    static func start(descriptor: Int32, onRequest: @escaping @Sendable (EngineRequest) -> Void) {
        let thread = Thread { readToEnd(descriptor, onRequest) }
        thread.name = "requests"
        thread.start()
    }

    private static func readToEnd(_ descriptor: Int32, _ onRequest: (EngineRequest) -> Void) -> Never {
        var reader = WireLineReader<EngineRequest>()
        var chunk = [UInt8](repeating: 0, count: 64 * 1_024)
        do {
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { break }
                reader.append(chunk[..<count])
                while let request = try reader.next() { onRequest(request) }
            }
            try reader.finish()
        } catch {
            Log.write("the server wrote no request: \(error)")
            ProcessRules.end(HostExit.brokenWire)
        }
        ProcessRules.end(HostExit.asked)
    }
}
