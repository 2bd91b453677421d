internal import Synchronization

/// What was sent again in a run, and why, to be said once at its end.
///
/// A class because all who send write to it.
package final class RetryLog: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    package init() {}

    func note(_ reason: RetryReason) { counts.withLock { $0[reason.words, default: 0] += 1 } }

    /// `12 requests were sent again: 503 SlowDown (10), connection refused (2)`; nil where none was.
    package var summary: String? {
        let counts = counts.withLock { $0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !counts.isEmpty else { return nil }
        let total = counts.reduce(0) { $0 + $1.value }
        let reasons = counts.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        return "\(total) request\(total == 1 ? " was" : "s were") sent again: \(reasons)"
    }
}
