/// How patient downloads are.
struct DownloadLimits: Sendable {
    /// Without a byte, from the request on.
    var stall: Duration = .seconds(30)
    /// Until a server answers a request at all.
    var answer: Duration = .seconds(10)
    /// Tries while nothing has answered yet: a job that waits for a network that swallows everything holds others up.
    var unansweredTriesMax = 2
    /// Tries without any progress.
    var triesMax = 4
    /// After the first failed try; grows with each.
    var pause: Duration = .seconds(1)
    /// Of a file whose length nobody tells.
    var unknownSizeBytesMax: Int64 = 8 << 30
    /// For an answer to the question whether there is a server at all.
    var probe: Duration = .seconds(5)
    /// How long the answer to that question holds.
    var probeHolds: Duration = .seconds(300)
    /// How long jobs ask no address at which one of them just met with silence.
    var silenceHolds: Duration = .seconds(30)
}
