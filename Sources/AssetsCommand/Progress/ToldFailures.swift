internal import AssetModel
internal import Execution
internal import Words

/// The causes that a progress line has named: what fails for one asset as for all is explained once.
struct ToldFailures: Sendable {
    private var causes: Set<String> = []

    /// `nlp/lexicon:2.0: cannot get …`, and of a cause that was told before `nlp/lexicon:2.0`.
    mutating func words(_ pin: AssetPin, _ failure: ExecutionFailure) -> String {
        let problem = Problem(failure)
        if let cause = problem.cause, !causes.insert(cause).inserted { return "\(pin)" }
        return "\(pin): \(problem.message)"
    }
}
