/// How large the parts of an object are, in bytes.
///
/// A part costs a wait for its first byte, during which its connection brings nothing: large parts lose less by it. Small
/// ones spread an object over more connections, keep what has arrived close to what has been hashed, and leave less to
/// wait for at the end. So a part is what a connection brings in a while, and towards the end no more than a share of what
/// is left.
package struct PartSizes: Sendable, Hashable {
    /// What is asked for first of an object of which nothing is known.
    let first: Int64
    /// Objects that are known to be no larger are one part.
    let whole: Int64
    /// What is asked for first of an object that is known to be larger: hashing goes along from the first byte on, and can
    /// begin with the second part only once this one is there.
    let firstOfLarge: Int64
    let limits: ClosedRange<Int64>

    /// Shares get no smaller, in bytes: requests would come to cost more than what they spread.
    private static let leastShare: Int64 = 2 << 20
    /// A connection that is slow is not to hold up a run for longer.
    private static let mostWhole: Int64 = 32 << 20

    /// Sizes that follow the network.
    package static let adaptive = PartSizes(
        first: 8 << 20, whole: 16 << 20, firstOfLarge: leastShare, limits: 1 << 20...16 << 20)

    /// The same size for all parts.
    package static func fixed(_ size: Int64) -> PartSizes {
        PartSizes(first: size, whole: size, firstOfLarge: size, limits: size...size)
    }

    private init(first: Int64, whole: Int64, firstOfLarge: Int64, limits: ClosedRange<Int64>) {
        self.first = first
        self.whole = whole
        self.firstOfLarge = firstOfLarge
        self.limits = limits
    }

    /// - Parameter size: of the object; nil where it is not known.
    func first(of size: Int64?) -> Int64 { size.map { $0 <= whole ? whole : firstOfLarge } ?? first }

    /// - Parameters:
    ///   - left: what is still to be asked for, of all objects.
    ///   - target: how many requests are to be in flight.
    ///   - pace: what a connection brings; nil where nothing was measured yet.
    func next(left: Int64, target: Int, pace: ConnectionPace?) -> Int64 {
        let share = left / Int64(max(1, target))
        let least = max(share / 4, Self.leastShare, min(share, pace.map(leastSize(at:)) ?? 0))
        return clamp(min(pace.map(size(at:)) ?? first, least))
    }

    /// Objects that are known to be no larger are one part, which is hashed as it arrives: as long as each connection has as
    /// much to bring.
    ///
    /// - Parameters: see `next`.
    func whole(left: Int64, target: Int) -> Int64 {
        let isFixed = limits.lowerBound == limits.upperBound
        return isFixed ? whole : max(whole, min(left / Int64(max(1, target)), Self.mostWhole))
    }

    /// A second's worth, and at least ten times what the wait for the first byte costs.
    private func size(at pace: ConnectionPace) -> Int64 {
        clamped(pace.rate * max(1, 10 * pace.wait))
    }

    /// Smaller ones would spend more than a fifth of their time waiting.
    private func leastSize(at pace: ConnectionPace) -> Int64 { clamped(4 * pace.rate * pace.wait) }

    private func clamped(_ bytes: Double) -> Int64 { Int64(max(0, min(bytes, Double(limits.upperBound)))) }

    private func clamp(_ size: Int64) -> Int64 { min(max(size, limits.lowerBound), limits.upperBound) }
}

/// What one connection brings.
struct ConnectionPace: Sendable, Equatable {
    /// In bytes a second.
    let rate: Double
    /// From a request to the first byte of its answer, in seconds.
    let wait: Double
}
