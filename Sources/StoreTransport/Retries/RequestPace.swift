/// How many requests are sent a second, after a store that serves only so many asked to slow down.
///
/// A store that is near serves one request after the other faster than it allows, so that fewer at a time are no remedy. What it
/// served in the last second is what it can: a little less is sent from then on, and more again the longer it does not complain.
///
/// Pure: times are seconds on any clock that does not jump.
struct RequestPace: Hashable, Sendable {
    /// Requests a second; nil for any number.
    private(set) var rate: Double?
    private var slowedAt = 0.0
    /// From when on the next request may be sent.
    private var next = 0.0
    private var served = ServedRequests()

    /// Of what was served: what is sent again gets a place, too.
    private static let share = 0.95
    /// Requests a second: fewer are left to the pauses of those that are sent again.
    private static let least = 20.0
    /// So many a second are no limit.
    private static let most = 5_000.0
    /// By how much more is sent for each that is served, at first: 4 % more after a second, twice as much after four.
    private static let growth = 0.03
    /// Of what is sent: where less than that is served, the store has another trouble than their number.
    private static let collapse = 0.5

    /// How long a request that may be sent now has to wait, in seconds. It is expected to be sent then.
    mutating func delay(at now: Double) -> Double {
        guard let rate else { return 0 }
        let start = max(next, now)
        next = start + 1 / rate
        return start - now
    }

    mutating func succeeded(at now: Double) {
        served.note(at: now)
        guard let rate else { return }
        let quiet = now - slowedAt
        let raised = rate + Self.growth * (1 + quiet * quiet)
        self.rate = raised < Self.most ? raised : nil
    }

    /// The store asked to slow down, for the first time since what was sent then was answered.
    ///
    /// - Returns: whether that is to be enough.
    mutating func slowDown(at now: Double) -> Bool {
        // Where nothing was served, nothing tells how much could be.
        guard let measured = served.rate(at: now) else { return false }
        let before = rate
        rate = min(rate ?? .infinity, max(measured * Self.share, Self.least))
        slowedAt = now
        return before.map { measured >= $0 * Self.collapse } ?? false
    }
}

/// The requests that were served in the last second.
private struct ServedRequests: Hashable, Sendable {
    /// Of a tenth of a second each.
    private var counts = [Int](repeating: 0, count: Self.slots)
    private var slot = 0
    /// When the first was; nil where none was.
    private var first: Double?

    private static let slots = 10
    private static let length = 0.1

    mutating func note(at now: Double) {
        advance(to: now)
        first = first ?? now
        counts[slot % Self.slots] += 1
    }

    /// A second; nil where there were none.
    mutating func rate(at now: Double) -> Double? {
        advance(to: now)
        let count = counts.reduce(0, +)
        guard let first, count > 0 else { return nil }
        // The slot that has begun is a part of one.
        let full = Double(Self.slots - 1) * Self.length + now - Double(slot) * Self.length
        return Double(count) / max(min(full, now - first), Self.length)
    }

    private mutating func advance(to now: Double) {
        let wanted = Int(now / Self.length)
        for passed in 0..<min(max(wanted - slot, 0), Self.slots) { counts[(slot + 1 + passed) % Self.slots] = 0 }
        slot = max(slot, wanted)
    }
}
