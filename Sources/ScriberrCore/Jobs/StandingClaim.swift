/// What a process with free slots leaves with its store: a claim for the job that comes next.
public protocol StandingClaim: AnyObject, Sendable {
    /// Called when a job has come, right before the claim's statements. Answers what to ask for at this moment; nil when nothing is
    /// wanted. What it answers is used once, and the process counts its lease from here.
    func take() -> TakenClaim?
}

/// A claim that is to be made now, and whom to tell.
public struct TakenClaim: Sendable {
    /// What to ask for.
    public let request: ClaimRequest
    /// To be called once: with what was given away, after that is durable, or with why nothing was.
    public let answer: @Sendable (Result<ClaimAnswer, any Error>) -> Void

    /// Makes a claim.
    public init(request: ClaimRequest, answer: @escaping @Sendable (Result<ClaimAnswer, any Error>) -> Void) {
        self.request = request
        self.answer = answer
    }
}
