internal import AssetModel
internal import Synchronization

/// How fast the bodies of objects are read, over all connections together.
///
/// Whoever has read a piece takes it, and waits until it is paid for before it reads on. Meanwhile the buffers of its
/// connection fill, and the store sends no faster (TCP flow control).
///
/// A class because all readers share it.
package final class RateLimit: Sendable {
    let bytesPerSecond: Int64
    private let bucket: Mutex<TokenBucket>
    /// In seconds, on a clock that is not set.
    private let now: @Sendable () -> Double
    private let sleep: @Sendable (Double) async throws -> Void

    /// On the system's clock.
    ///
    /// - Parameter bytesPerSecond: at least 1.
    package convenience init(bytesPerSecond: Int64) {
        let start = ContinuousClock.now
        self.init(
            bytesPerSecond: bytesPerSecond, now: { (ContinuousClock.now - start) / .seconds(1) },
            sleep: { try await Task.sleep(for: .seconds(min($0, ClampedSeconds.longest))) })
    }

    init(
        bytesPerSecond: Int64, now: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Double) async throws -> Void
    ) {
        self.bytesPerSecond = bytesPerSecond
        bucket = Mutex(TokenBucket(bytesPerSecond: bytesPerSecond))
        self.now = now
        self.sleep = sleep
    }

    /// Waits until so many bytes are paid for. Those who wait are served in the order in which they came.
    ///
    /// - Throws: `CancellationError`
    package func take(_ count: Int) async throws {
        let wait = bucket.withLock { $0.take(count, at: now()) }
        // A timer is later than that by itself; what is not waited for now, the next one waits for.
        if wait > TokenBucket.shortestWait { try await sleep(wait) }
    }
}

/// A token bucket, counted in time: when all that was taken is paid for.
///
/// Over any stretch of time no more is taken than the rate allows for it and for `burst` more, but for the pieces that are
/// waited for at its end.
struct TokenBucket {
    private let bytesPerSecond: Double
    /// Up to when the rate is used up, in seconds.
    private var paid = -Double.infinity

    /// How much unused time is kept, in seconds, and there is at the start: enough that a late timer costs nothing, and a
    /// twentieth of any two seconds.
    static let burst = 0.1
    /// In seconds.
    static let shortestWait = 0.005

    init(bytesPerSecond: Int64) { self.bytesPerSecond = Double(max(1, bytesPerSecond)) }

    /// - Parameter now: in seconds; never less than before.
    /// - Returns: how long to wait, in seconds; 0 or less for no time.
    mutating func take(_ count: Int, at now: Double) -> Double {
        let end = max(paid, now - Self.burst) + Double(count) / bytesPerSecond
        paid = end
        return end - now
    }
}
