import Foundation
import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// An engine host for tests: speaks the wire, hears nothing, and misbehaves on request.
///
/// How it starts is chosen by the name it is called by (a symbolic link); how it works by the last path component of an
/// order's audio path, with a number behind a dash: `pieces-5`, `crash-2`, `hang-1`.
@main
struct FakeEngineHost {
    static func main() {
        let name = URL(fileURLWithPath: CommandLine.arguments[0]).lastPathComponent
        switch name {
        case "dies-at-once":
            FileHandle.standardError.write(Data("cannot find libsomething.so\n".utf8))
            exit(3)
        case "never-ready": sleep(600)
        case "wrong-version": say(.ready(wireVersion: engineWireVersion + 1, processID: Int(getpid()), engines: []))
        case "speaks-early": say(.heartbeat)
        default:
            let devices = name == "has-cuda" ? ["cpu", "cuda"] : ["cpu"]
            let report = EngineReport(name: "fake", version: "1", devices: devices)
            say(.ready(wireVersion: engineWireVersion, processID: Int(getpid()), engines: [report]))
        }
        readRequests(ignoresShutdown: name == "stays", ordersMax: name == "takes-one" ? 1 : .max)
    }

    private static func readRequests(ignoresShutdown: Bool, ordersMax: Int) {
        var orders = 0
        var reader = WireLineReader<EngineRequest>()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(0, &chunk, chunk.count)
            if count <= 0 { break }
            reader.append(chunk[..<count])
            while let request = try? reader.next() {
                if case .transcribe = request { orders += 1 }
                if orders > ordersMax { exit(0) }
                switch request {
                case .transcribe(let order): work(order.order, order.audioPath, order.firstPiece, order.device)
                case .diarize(let order): work(order.order, order.audioPath, 0, order.device)
                case .cancel(let order): canceled.withLock { _ = $0.insert(order) }
                case .unload: break
                case .shutdown: if !ignoresShutdown { exit(0) }
                }
            }
        }
        if ignoresShutdown { sleep(600) }
    }

    private static func work(_ order: String, _ audioPath: String, _ firstPiece: Int, _ device: String) {
        let words = URL(fileURLWithPath: audioPath).lastPathComponent.split(separator: "-").map(String.init)
        let script = Script(order: order, what: words[0], count: words.count > 1 ? Int(words[1]) ?? 0 : 0, device: device)
        Thread { script.run(from: firstPiece) }.start()
    }
}

let canceled = Mutex<Set<String>>([])
private let output = Mutex(())

func say(_ event: EngineEvent) {
    guard let line = try? wireLine(event) else { return }
    write(line)
}

func write(_ line: Data) {
    output.withLock { _ in FileHandle.standardOutput.write(line) }
}
