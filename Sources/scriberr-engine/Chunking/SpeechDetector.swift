/// Finds speech in a stream of samples. Positions count from the last ``reset()``.
protocol SpeechDetector: AnyObject {
    /// The samples that one call of ``accept(_:)`` takes.
    static var window: Int { get }

    /// How many samples before the end of the window in which ``isInSpeech`` turns true a stretch can have begun, at most.
    var lookBackMax: Int { get }

    /// Takes exactly one window.
    func accept(_ samples: UnsafeBufferPointer<Float>)

    /// Whether the last window lies inside speech.
    var isInSpeech: Bool { get }

    /// The next stretch that has ended in a pause, each once.
    func nextStretch() -> Range<Int>?

    /// Ends a stretch that is still open: no more windows follow.
    func flush()

    /// Forgets everything.
    func reset()
}
