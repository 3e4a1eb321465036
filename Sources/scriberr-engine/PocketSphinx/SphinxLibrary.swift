import CPocketSphinx
import ScriberrCore
import ScriberrEngineWire

/// The opened PocketSphinx libraries, or why there are none.
struct SphinxLibrary: Sendable {
    static let name = "pocketsphinx"

    let report: EngineReport
    private let opened: Opened?
    private let problem: String

    struct Opened: Sendable {
        fileprivate init() {}
    }

    /// Opens the system's libraries. Call it once, before other threads run.
    init() {
        problem = sphinx_open("libsphinxbase.so.3", "libpocketsphinx.so.3").map { String(cString: $0) } ?? ""
        opened = problem.isEmpty ? Opened() : nil
        report =
            problem.isEmpty
            ? EngineReport(name: Self.name, version: "5prealpha")
            : EngineReport(
                name: Self.name,
                problem: "its libraries are missing; install the package libpocketsphinx3",
                devices: []
            )
    }

    func open() throws -> Opened {
        guard let opened else {
            throw ScriberrError(
                .engineUnavailable,
                "The speech library PocketSphinx is not installed; run make setup.",
                detail: problem
            )
        }
        return opened
    }
}
