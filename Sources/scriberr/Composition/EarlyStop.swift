import Glibc

/// What a signal to stop does before the services run and hear of it themselves: the process ends as one that was stopped in
/// order. It holds nothing yet that anybody would have to be given back, and may be waiting for its database.
enum EarlyStop {
    static func arm() {
        // Whoever reads the log may go away at any time, and the server stays.
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
    }
}
