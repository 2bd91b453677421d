/// Measures what arrives at one target.
struct ThroughputMeter: Sendable {
    /// How much longer nothing is measured; nil until as many requests as wanted are in flight.
    private var settling: Double?
    /// How long fewer were, in seconds.
    private var opening = 0.0
    private var bytes: Int64 = 0
    private var answers = 0
    private var seconds = 0.0
    /// Of the last measurement, in seconds.
    private(set) var length = 0.0

    /// What a request has gathered before it is counted, in bytes: a measurement takes several of each.
    private static let grain: Int64 = 128 << 10
    /// In seconds.
    private static let longestOpening = 1.0
    /// However long a first byte is waited for, in seconds: on a full link the wait grows with the requests in flight, and tells
    /// nothing of the distance.
    private static let (mostQuick, most) = (0.5, 1.5)

    /// - Returns: bytes a second, where enough was measured.
    mutating func take(
        _ sample: ConcurrencyController.Sample, target: Int, wait: Double, isQuick: Bool
    ) -> Double? {
        if sample.isStarved {
            (bytes, answers, seconds) = (0, 0, 0)
            return nil
        }
        guard let left = settling else {
            opening += sample.seconds
            if isSettled(sample, target) { settling = min(max(isQuick ? wait : 2 * wait, 0.05), 1) }
            return nil
        }
        guard left <= 0 else {
            settling = left - sample.seconds
            return nil
        }
        bytes += sample.bytes
        answers += sample.answers
        seconds += sample.seconds
        let least = isQuick ? min(max(0.05, wait), Self.mostQuick) : min(max(0.5, 4 * wait), Self.most)
        let isEnough = bytes >= Int64(target) * 4 * Self.grain || answers >= 4 * target
        guard seconds >= least, isEnough || seconds >= 2 else { return nil }
        defer { (bytes, answers, seconds, length) = (0, 0, 0, seconds) }
        return Double(bytes) / seconds
    }

    /// New connections are opened first, and where there are to be fewer, those that are too many come to their end. Very short
    /// requests never show as many at one moment.
    private func isSettled(_ sample: ConcurrencyController.Sample, _ target: Int) -> Bool {
        let isThere = abs(sample.inFlight - target) <= target / 8
        return isThere || sample.inFlight < target && opening >= Self.longestOpening
    }
}
