/// Measures the queue as it ships: `queue-bench SECTION FOLDER [key=value…]`, one section a process.
///
/// Each section works on files in FOLDER, whose disk is what is measured, and prints lines of `key=value` figures;
/// `Benchmarks/run-queue` repeats and folds them.
@main
enum QueueBench {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard let name = words.first, let section = sections[name], words.count >= 2 else {
            print("Use: queue-bench \(sections.keys.sorted().joined(separator: "|")) FOLDER [key=value…]")
            return
        }
        try await section(Order(folder: words[words.startIndex + 1], settings: words.dropFirst(2)))
    }

    private static let sections: [String: @Sendable (Order) async throws -> Void] = [
        "enqueue": measureEnqueue,
        "cycle": measureCycle,
        "drain": measureDrain,
        "latency": measureLatency,
        "fill": fill,
        "claims": measureClaims,
        "start": measureStart,
    ]
}

/// What the command line asked for.
struct Order: Sendable {
    let folder: String
    private let values: [String: String]

    init(folder: String, settings: some Sequence<String>) {
        self.folder = folder
        let pairs = settings.compactMap { setting -> (String, String)? in
            let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        values = Dictionary(pairs) { $1 }
    }

    func text(_ key: String, _ usual: String) -> String { values[key] ?? usual }

    func number(_ key: String, _ usual: Int) -> Int { values[key].flatMap { Int($0) } ?? usual }

    func seconds(_ key: String, _ usual: Double) -> Duration {
        .seconds(values[key].flatMap { Double($0) } ?? usual)
    }
}
