internal import NIOCore

/// A time to wait that a variable or a server named, as clocks take it: `inf`, `nan` and 1e30 s are more than they hold.
package struct WaitingTime: Sendable, Hashable {
    /// From 0 to ten years.
    let seconds: Double

    private static let longest = 10.0 * 365 * 86_400

    /// - Parameter seconds: what is no number is no time at all.
    package init(seconds: Double) { self.seconds = seconds > 0 ? min(seconds, Self.longest) : 0 }

    var duration: Duration { .seconds(seconds) }

    var timeAmount: TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }

    /// Waits for it.
    ///
    /// - Returns: false where the task was cancelled meanwhile.
    @discardableResult package func sleep() async -> Bool { (try? await Task.sleep(for: duration)) != nil }
}
