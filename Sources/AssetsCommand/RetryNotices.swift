internal import StoreTransport
internal import Synchronization
internal import Terminal

extension Shell {
    /// How long something is tried before it is told of, and how much time is between two such lines, in seconds: what
    /// passes is told of at the end, and a store that fails for all is told of once.
    private static let patience = 2.0
    private static let pause = 5.0

    /// What is sent again, told as it happens to whoever wants progress.
    func retryLog() -> RetryLog {
        guard options.progress != .none else { return RetryLog() }
        let lastTold = Mutex<ContinuousClock.Instant?>(nil)
        return RetryLog { notice in
            guard notice.elapsed >= Self.patience else { return }
            let now = ContinuousClock.now
            let isDue = lastTold.withLock { last in
                if let last, now - last < .seconds(Self.pause) { return false }
                last = now
                return true
            }
            guard isDue else { return }
            let isJSON = options.progress == .json
            let line = isJSON ? JSONDiagnostics.note(notice.words) : notice.words.escapedForTerminal
            console.showProgress([line].compactMap(\.self))
        }
    }
}

extension RetryNotice {
    /// `retrying get s3://acme-models/nlp/lexicon.versions (attempt 2): no answer within 5 seconds`
    fileprivate var words: String { "retrying \(operation) \(address) (attempt \(attempt)): \(reason.words)" }
}
