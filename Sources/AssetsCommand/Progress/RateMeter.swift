internal import AssetModel

/// The rate at which bytes arrive, over the last seconds.
///
/// A window rather than a smoothed mean: after a stall of its length the rate is 0, which is what a reader wants to
/// know. Holds at most `window / slot` slots.
struct RateMeter: Sendable, Hashable {
    /// Long enough to smooth the gaps between parts, short enough to follow a change.
    static let window = 5.0
    static let slot = 0.25
    /// Before this much has passed a rate says nothing.
    static let warmUp = 0.5

    private struct Slot: Hashable {
        let start: Double
        var bytes: Int64
    }

    private var slots: [Slot] = []
    private var firstByte: Double?

    mutating func add(_ bytes: Int64, at time: Double) {
        if firstByte == nil { firstByte = time }
        if let last = slots.last, time < last.start + Self.slot {
            slots[slots.count - 1].bytes = ByteSum.adding(last.bytes, bytes)
        } else {
            slots.removeAll { $0.start <= time - Self.window }
            slots.append(Slot(start: time, bytes: bytes))
        }
    }

    /// Bytes a second; nil while there is too little to go by.
    func rate(at time: Double) -> Double? {
        guard let firstByte, time - firstByte >= Self.warmUp else { return nil }
        let bytes = ByteSum.of(slots.filter { $0.start > time - Self.window }.map(\.bytes))
        return Double(bytes) / min(Self.window, time - firstByte)
    }
}
