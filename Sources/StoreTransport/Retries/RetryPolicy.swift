package import AssetModel

/// How often a request is sent, and how long is waited in between.
package struct RetryPolicy: Sendable, Hashable {
    /// The first time included.
    package var attempts: Int
    /// For how long an operation goes on trying without getting on, in seconds.
    package var budget: Double

    /// modelkit's own default of MODELKIT_STORAGE_TIMEOUT_S, in seconds.
    package static let defaultBudget = 300.0
    /// Three more than boto3's: what it does by its outer retries.
    package static let defaultAttempts = 8

    /// Of the first wait at most, in seconds; each further one is at most twice as long. A lost connection comes back
    /// at once as a rule, and a store that is overloaded gets room by the fourth try.
    fileprivate static let base = 0.2
    /// In seconds. Source: boto3's `standard` mode.
    fileprivate static let longestWait = 20.0

    package init(attempts: Int = defaultAttempts, budget: Double = defaultBudget) {
        self.attempts = attempts
        self.budget = budget
    }
}

extension RetryPolicy {
    /// How long an endpoint that has answered nothing in this run is given until its answer begins, in seconds. It may be
    /// the wrong one, so that little is waited at first, and it may be slow to wake up, so that each further try is given
    /// three times as long, up to what every answer may take between two of its pieces.
    ///
    /// boto3 and Google's client give each try 60 s, object_store 30 s, aws-sdk-go (s5cmd) any time. With the four tries
    /// that a server has that was not reached, a wrong address is reported after 5 s and given up after two minutes.
    static func answerLimit(attempt: Int) -> Double { 5 * Double([1, 3, 9, 12][min(max(attempt, 1), 4) - 1]) }
}

/// Why a request is sent again.
package struct RetryReason: Sendable, Hashable {
    package let cause: AnyErrorDetail
    /// How long the server asked to wait, in seconds.
    package var wait: Double?
    /// A server that has not been reached may be the wrong one: it is tried less often.
    package var isUnreachable = false

    package init(_ cause: any ErrorDetail, wait: Double? = nil, isUnreachable: Bool = false) {
        self.cause = AnyErrorDetail(cause)
        self.wait = wait
        self.isUnreachable = isUnreachable
    }
}

/// How long one operation waits between its attempts.
package struct Backoff: Sendable {
    private let policy: RetryPolicy
    private var failures = 0
    private var firstFailure: Double?

    /// How often a server that was not reached is tried.
    private static let attemptsToReach = 4

    package init(_ policy: RetryPolicy) { self.policy = policy }

    /// How long to wait before the next try, in seconds; nil where there is to be none.
    ///
    /// Full jitter: <https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>
    ///
    /// - Parameters:
    ///   - now: in seconds, on any clock that does not jump.
    ///   - random: from 0 up to 1.
    package mutating func wait(after reason: RetryReason, now: Double, random: Double) -> Double? {
        failures += 1
        let first = firstFailure ?? now
        firstFailure = first
        let attempts = reason.isUnreachable ? min(policy.attempts, Self.attemptsToReach) : policy.attempts
        guard failures < attempts else { return nil }
        let doubled = RetryPolicy.base * Double(1 << min(failures - 1, 20))
        let wait = max(random * min(doubled, RetryPolicy.longestWait), reason.wait ?? 0)
        return now + wait - first <= policy.budget ? wait : nil
    }

    /// Something arrived: earlier failures no longer count.
    package mutating func progressed() {
        failures = 0
        firstFailure = nil
    }
}
