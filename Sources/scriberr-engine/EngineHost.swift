import Foundation
import ScriberrEngineWire

/// The engine host: a child of the server that owns the native speech libraries, which may end their process at any time.
///
/// Orders come as lines on standard input, events go as lines to standard output, free text goes to standard error.
@main
enum EngineHost {
    static func main() async {
        let settings: HostSettings
        do {
            settings = try HostSettings(
                arguments: CommandLine.arguments,
                environment: ProcessInfo.processInfo.environment,
                currentFolder: FileManager.default.currentDirectoryPath
            )
        } catch {
            Log.write("unknown argument; this program is started by scriberr: scriberr-engine [--max-loaded COUNT]")
            ProcessRules.end(HostExit.usage)
        }
        let ends = ProcessRules.apply()
        let host = Host(wire: EventWriter(descriptor: ends.output), settings: settings)
        host.announce()
        let (requests, continuation) = AsyncStream<EngineRequest>.makeStream()
        RequestReader.start(descriptor: ends.input) { request in
            if case .cancel(let order) = request { host.cancel(order) }
            continuation.yield(request)
        }
        await host.work(on: requests)
        ProcessRules.end(HostExit.asked)
    }
}
