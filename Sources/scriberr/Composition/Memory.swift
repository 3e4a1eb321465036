import Foundation

/// How the C library keeps memory that was freed.
enum Memory {
    private typealias Tune = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
    // From <malloc.h>, which the system's Swift module leaves out.
    private static let trimThreshold: Int32 = -1
    private static let mappingThreshold: Int32 = -3
    private static let arenaMax: Int32 = -8

    /// Has large blocks given back to the system when they are freed. As it comes, glibc learns from the first long transcript to
    /// keep megabytes, and has a heap for each of many threads. Does nothing with another C library.
    static func giveBackEarly() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let tune = unsafeBitCast(symbol, to: Tune.self)
        _ = tune(mappingThreshold, 256 * 1_024)
        // More than what waits of one upload (`ReceiveRoom`), which would otherwise be given back and asked for again all the time.
        _ = tune(trimThreshold, 2 * 1_024 * 1_024)
        _ = tune(arenaMax, 4)
    }
}
