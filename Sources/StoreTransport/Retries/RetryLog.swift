package import AssetModel
package import ObjectStore
internal import Synchronization

/// A request that is about to be sent again.
package struct RetryNotice: Sendable {
    package let operation: StoreOperation
    package let address: String
    package let reason: RetryReason
    /// The one that is to come, from 2.
    package let attempt: Int
    /// How long it has been tried without getting on, in seconds.
    package let elapsed: Double
    /// How long it waits before it is sent, in seconds.
    package let pause: Double
}

/// The retries of a run, and why: reported as they happen, and counted for its end.
///
/// A class because all requests write to it.
package final class RetryLog: Sendable {
    private let byCause = Mutex<[AnyErrorDetail: Int]>([:])
    private let tell: @Sendable (RetryNotice) -> Void
    /// Who is told of requests besides; nil for nobody.
    let requests: RequestWatch?

    /// - Parameter tell: called with each, from many tasks; must not block.
    package init(requests: RequestWatch? = nil, tell: @escaping @Sendable (RetryNotice) -> Void = { _ in }) {
        self.requests = requests
        self.tell = tell
    }

    func note(_ notice: RetryNotice) {
        byCause.withLock { $0[notice.reason.cause, default: 0] += 1 }
        tell(notice)
    }

    /// How many there were for each cause.
    package var counts: [AnyErrorDetail: Int] { byCause.withLock { $0 } }
}
