internal import Synchronization

/// A request that is about to be sent again.
package struct RetryNotice: Sendable {
    /// `get`, `list`
    package let operation: String
    package let address: String
    package let reason: RetryReason
    /// The one that is to come, from 2.
    package let attempt: Int
    /// How long it has been tried without getting on, in seconds.
    package let elapsed: Double
    /// How long it waits before it is sent, in seconds.
    package let pause: Double
}

/// The retries of a run, and why: reported as they happen, and summed up at the end.
///
/// A class because all requests write to it.
package final class RetryLog: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let tell: @Sendable (RetryNotice) -> Void
    /// Who is told of requests besides; nil for nobody.
    let requests: RequestWatch?

    /// - Parameter tell: called with each, from many tasks; must not block.
    package init(requests: RequestWatch? = nil, tell: @escaping @Sendable (RetryNotice) -> Void = { _ in }) {
        self.requests = requests
        self.tell = tell
    }

    func note(_ notice: RetryNotice) {
        counts.withLock { $0[notice.reason.words, default: 0] += 1 }
        tell(notice)
    }

    /// `retried 12 requests (503 SlowDown: 10, connection refused: 2)`; nil where none was.
    package var summary: String? {
        let counts = counts.withLock { $0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !counts.isEmpty else { return nil }
        let total = counts.reduce(0) { $0 + $1.value }
        let reasons = counts.map { counts.count == 1 ? $0.key : "\($0.key): \($0.value)" }.joined(separator: ", ")
        return "retried \(total) request\(total == 1 ? "" : "s") (\(reasons))"
    }
}
