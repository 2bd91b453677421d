/// How many requests are in flight: as many as the sum of them gains by.
///
/// A pure state machine. It is told what arrived, tick by tick, and answers with a target. One number is tried at a time:
/// once as many are in flight, and their first bytes have had the time to arrive, what arrives is measured for a while,
/// and compared with what another number brought.
///
/// | phase | what is tried | where it gains | where it does not |
/// | --- | --- | --- | --- |
/// | climbing | twice as many | twice as many again | the former number, holding |
/// | descending, once, after a while of holding | half as many | where as much arrives, half of that | the former number, holding |
/// | holding | the same | | |
/// | probing, now and then | half as many again, or a third fewer | climbing, or holding | the former number, holding for longer |
///
/// A rate that is far from what was held for two measurements in a row has its cause elsewhere: then it climbs again.
/// Where the store asks to slow down, the target is halved at once.
struct ConcurrencyController: Sendable {
    /// What happened since the last tick.
    struct Sample: Sendable {
        /// How long that is.
        var seconds: Double
        /// How much arrived.
        var bytes: Int64
        /// Requests.
        var inFlight: Int
        /// Whether there is nothing more to ask for, so that fewer than the target are in flight.
        var isStarved = false
        /// Whether there is no memory for more, so that fewer than the target are in flight.
        var isFull = false
        /// Whether the store asked to slow down.
        var isThrottled = false
        /// How many answers began.
        var answers = 0
        /// From a request to the first byte of its answer, in seconds; nil where no answer began.
        var wait: Double?
    }

    private enum Phase: Equatable {
        case climbing(from: Measurement?)
        case descending(from: Int, reference: Double)
        case holding(reference: Double?, seconds: Double)
        case probing(from: Measurement)
    }

    struct Measurement: Equatable, Sendable {
        let target: Int
        /// In bytes a second.
        let rate: Double
    }

    private(set) var target: Int
    private let limits: ClosedRange<Int>
    private var phase: Phase = .climbing(from: nil)
    private var meter = ThroughputMeter()
    /// From a request to the first byte of its answer, smoothed, in seconds.
    private var wait: Double?
    /// The same at best.
    private var quickest = Double.infinity
    /// What arrives at one connection, smoothed, in bytes a second.
    private var connectionRate: Double?
    /// How long is held before another number is tried, in seconds: longer each time that it gained nothing.
    private var patience = Self.leastPatience
    private var hasDescended = false
    /// What more brought, where fewer seemed to bring as much.
    private var above: Measurement?
    private var probesUp = true
    /// Measurements in a row that were far from the reference.
    private var strays = 0

    /// Where short downloads are served, which end before much else has been tried: a request more costs less than a round
    /// trip more, and a link that fewer fill is given back to others soon.
    static let start = 48
    /// A connection over a short way is fast, and each costs processor time.
    private static let startNear = 10
    /// One over a long way is slow, and trying takes longer there.
    private static let startFar = 96
    /// From a request to the first byte of its answer, in seconds.
    private static let (near, far) = (0.010, 0.075)
    private static let leastPatience = 1.0
    private static let mostPatience = 16.0
    /// What half as many again or twice as many must gain, as a share of what they would at best.
    private static let worthwhileShare = 0.08
    /// What fewer may lose.
    private static let tolerance = 0.03
    private static let mostStrays = 2

    /// - Parameter limits: of the target; one number alone where the user said how many.
    init(limits: ClosedRange<Int>) {
        self.limits = limits
        target = min(max(Self.start, limits.lowerBound), limits.upperBound)
    }

    /// What one connection brings; nil where nothing was measured yet.
    var pace: ConnectionPace? {
        guard let connectionRate, let wait else { return nil }
        return ConnectionPace(rate: connectionRate, wait: wait)
    }

    /// How far away the store is says where to start: as long as no other number was tried. A later answer may show that it is
    /// nearer than it seemed.
    ///
    /// - Parameter wait: from a request to the first byte of its answer, in seconds; nil where nothing was asked for yet.
    mutating func answered(after wait: Double?) {
        guard let wait, wait < quickest, limits.count > 1, case .climbing(nil) = phase else { return }
        if quickest == .infinity { self.wait = wait }
        quickest = wait
        let start = wait < Self.near ? Self.startNear : wait < Self.far ? Self.start : Self.startFar
        if clamped(start) != target { setTarget(start) }
    }

    /// Whether it is near or far for sure: what lies between may be the wait for a processor that makes connections. A store whose
    /// answers are not measured has none to make.
    var isDistanceKnown: Bool { quickest < Self.near || quickest >= Self.far }

    mutating func tick(_ sample: Sample) {
        wait = sample.wait.map { $0.smoothed(into: wait) } ?? wait
        if sample.bytes > 0, sample.inFlight > 0 {
            let rate = Double(sample.bytes) / sample.seconds / Double(sample.inFlight)
            connectionRate = rate.smoothed(into: connectionRate)
        }
        guard limits.count > 1 else { return }
        if sample.isThrottled { return slowDown() }
        if sample.isFull, sample.inFlight < target {
            guard case .climbing(let lower?) = phase, sample.inFlight > lower.target else {
                return hold(at: sample.inFlight, reference: nil)
            }
            // What there is memory for may gain nothing either.
            setTarget(sample.inFlight)
        }
        if let rate = meter.take(sample, target: target, wait: wait ?? 0.05, isQuick: isClimbing) { decide(rate) }
    }

    private var isClimbing: Bool { if case .climbing = phase { true } else { false } }

    private mutating func slowDown() {
        // Once for all that was in flight.
        if case .holding(nil, _) = phase { return }
        hold(at: target / 2, reference: nil)
    }

    private mutating func decide(_ rate: Double) {
        switch phase {
        case .climbing(let lower): climbed(from: lower, rate)
        case .descending(let upper, let reference): descended(rate, from: upper, reference)
        case .holding(let reference, let seconds): held(rate, reference, seconds)
        case .probing(let before): probed(rate, before)
        }
    }

    private mutating func climbed(from lower: Measurement?, _ rate: Double) {
        if let lower, !isWorthwhile(rate, lower) {
            hold(at: lower.target, reference: max(rate, lower.rate))
        } else if target == limits.upperBound {
            hold(at: target, reference: rate)
        } else {
            phase = .climbing(from: Measurement(target: target, rate: rate))
            setTarget(target * 2)
        }
    }

    private func isWorthwhile(_ rate: Double, _ lower: Measurement) -> Bool {
        let ideal = Double(target) / Double(lower.target) - 1
        return rate >= lower.rate * (1 + ideal * Self.worthwhileShare)
    }

    private mutating func descend(from target: Int, reference: Double) {
        hasDescended = true
        if above == nil { above = Measurement(target: target, rate: reference) }
        phase = .descending(from: target, reference: reference)
        setTarget((target + 1) / 2)
    }

    private mutating func descended(_ rate: Double, from upper: Int, _ reference: Double) {
        if rate < reference * (1 - Self.tolerance) {
            hold(at: upper, reference: nil)
        } else if target == limits.lowerBound {
            hold(at: target, reference: rate)
        } else {
            descend(from: target, reference: reference)
        }
    }

    private mutating func hold(at target: Int, reference: Double?) {
        phase = .holding(reference: reference, seconds: 0)
        strays = 0
        setTarget(target)
    }

    private mutating func held(_ rate: Double, _ reference: Double?, _ seconds: Double) {
        guard let reference else {
            phase = .holding(reference: rate, seconds: 0)
            return
        }
        let smoothed = rate.smoothed(into: reference)
        strays = abs(rate / max(reference, 1) - 1) > 0.3 ? strays + 1 : 0
        if strays == Self.mostStrays {
            strays = 0
            patience = Self.leastPatience
            phase = .climbing(from: Measurement(target: target, rate: rate))
            setTarget(target * 2)
        } else if let above, target < above.target, seconds >= patience / 2,
            smoothed < above.rate * (1 - 1.5 * Self.tolerance)
        {
            // A measurement was a lucky one.
            self.above = nil
            hold(at: min(above.target, (target * 3 + 1) / 2), reference: nil)
        } else if seconds + meter.length < patience {
            phase = .holding(reference: smoothed, seconds: seconds + meter.length)
        } else if !hasDescended, target > limits.lowerBound {
            descend(from: target, reference: smoothed)
        } else {
            phase = .probing(from: Measurement(target: target, rate: smoothed))
            setTarget(probesUp ? max(target + 1, target * 3 / 2) : min(target - 1, target * 2 / 3))
        }
    }

    private mutating func probed(_ rate: Double, _ before: Measurement) {
        if target > before.target, isWorthwhile(rate, before) {
            patience = Self.leastPatience
            phase = .climbing(from: Measurement(target: target, rate: rate))
            return setTarget(target * 2)
        }
        if target < before.target, rate >= before.rate * (1 - Self.tolerance) {
            patience = Self.leastPatience
            above = before
            return hold(at: target, reference: before.rate)
        }
        // What gained nothing one way is tried the other way next.
        probesUp.toggle()
        patience = min(patience * 2, Self.mostPatience)
        hold(at: before.target, reference: before.rate)
    }

    private mutating func setTarget(_ wanted: Int) {
        target = clamped(wanted)
        meter = ThroughputMeter()
    }

    private func clamped(_ wanted: Int) -> Int { min(max(wanted, limits.lowerBound), limits.upperBound) }
}

extension Double {
    /// A mean in which the latest counts for a third.
    fileprivate func smoothed(into mean: Double?) -> Double { mean.map { $0 * 0.7 + self * 0.3 } ?? self }
}
