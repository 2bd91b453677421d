import AssetsTestSupport

@testable import Execution

/// A store behind a network, in virtual time: what a number of connections brings, without a packet.
///
/// Every connection asks for one part after the other, waits for its first byte, and gets its share of the whole; a new
/// one is opened first and speeds up as TCP does, from ten segments, doubling each round trip.
struct SimulatedNetwork: CustomStringConvertible {
    /// Of one connection, in bytes a second.
    var connectionRate = Double.infinity
    /// Of all of them together, in bytes a second, at a time in seconds.
    var totalRate: @Sendable (Double) -> Double = { _ in .infinity }
    /// There and back, in seconds.
    var roundTrip = 0.001
    /// What the store takes for the first byte of an answer besides, in seconds.
    var wait = 0.03
    /// By how much waits differ: a share of each.
    var jitter = 0.0
    var partSize = 8e6
    /// What each connection has in the queue of a full link, in bytes: a first byte waits for all of it to come.
    var window = 0.0
    /// For how many parts in flight there is memory.
    var mostInFlight = Int.max
    var seed: UInt64 = 1
    var words = ""

    var description: String { words }

    static let step = 0.01
    static let tick = 0.05
}

/// A run of downloads without end.
struct SimulatedRun {
    private struct Connection {
        var isBusy = false
        /// When the first byte of the answer comes.
        var opensAt = 0.0
        /// Of the part.
        var left = 0.0
        var startedAt: Double?
    }

    private let network: SimulatedNetwork
    private var connections: [Connection] = []
    private var random: SeededRandom
    private(set) var now = 0.0
    private(set) var received = 0.0
    /// How long what is sent now waits for what was sent before, in seconds.
    private var queue = 0.0
    /// Since the last tick.
    private var sample = ConcurrencyController.Sample(seconds: 0, bytes: 0, inFlight: 0)
    var target = 0

    init(_ network: SimulatedNetwork) {
        self.network = network
        random = SeededRandom(seed: network.seed)
    }

    /// Lets the time of a tick pass.
    mutating func tick() -> ConcurrencyController.Sample {
        sample = ConcurrencyController.Sample(seconds: SimulatedNetwork.tick, bytes: 0, inFlight: 0)
        let before = received
        let end = now + SimulatedNetwork.tick
        while now < end - SimulatedNetwork.step / 2 { step() }
        sample.bytes = Int64(received - before)
        sample.inFlight = connections.count { $0.isBusy }
        sample.isFull = sample.inFlight >= network.mostInFlight
        return sample
    }

    private mutating func step() {
        begin()
        let flowing = connections.indices.filter { connections[$0].isBusy && connections[$0].opensAt <= now }
        let total = network.totalRate(now)
        let rates = share(total, among: flowing)
        queue = rates.reduce(0, +) > 0.99 * total ? Double(flowing.count) * network.window / total : 0
        for (place, rate) in zip(flowing, rates) {
            let bytes = min(connections[place].left, rate * SimulatedNetwork.step)
            received += bytes
            connections[place].left -= bytes
            if connections[place].startedAt == nil { connections[place].startedAt = now }
            if connections[place].left <= 0 { connections[place].isBusy = false }
        }
        now += SimulatedNetwork.step
    }

    private mutating func begin() {
        var free = min(target, network.mostInFlight) - connections.count { $0.isBusy }
        for place in connections.indices where free > 0 && !connections[place].isBusy {
            ask(place, isNew: false)
            free -= 1
        }
        while free > 0 {
            connections.append(Connection())
            ask(connections.count - 1, isNew: true)
            free -= 1
        }
    }

    private mutating func ask(_ place: Int, isNew: Bool) {
        let spread = 1 + network.jitter * Double.random(in: -1...1, using: &random)
        let wait = (network.wait + network.roundTrip * (isNew ? 2 : 1)) * spread
        connections[place].isBusy = true
        connections[place].opensAt = now + wait
        // No part takes much longer than a second.
        let pace = received / max(now, 0.1) / Double(max(target, 1))
        connections[place].left = min(network.partSize, max(1e6, pace * 1.5))
        // What is in the queue comes meanwhile, so that the link stays full.
        sample.wait = wait + queue
        sample.answers += 1
    }

    /// Each gets as much as it can take of an equal share, and what one leaves the others share.
    private func share(_ total: Double, among flowing: [Int]) -> [Double] {
        var rates = flowing.map { wish(connections[$0]) }
        guard rates.reduce(0, +) > total else { return rates }
        var (level, left, open) = (0.0, total, rates.count)
        while open > 0, case let next = left / Double(open), next > level * 1.001 {
            level = next
            let modest = rates.filter { $0 <= level }
            (left, open) = (total - modest.reduce(0, +), rates.count - modest.count)
        }
        for place in rates.indices where rates[place] > level { rates[place] = level }
        return rates
    }

    private func wish(_ connection: Connection) -> Double {
        guard let start = connection.startedAt else { return min(network.connectionRate, 14_600 / network.roundTrip) }
        let doublings = min((now - start) / network.roundTrip, 40)
        return min(network.connectionRate, 14_600 / network.roundTrip * exponential(doublings))
    }

    private func exponential(_ doublings: Double) -> Double {
        var value = 1.0
        for _ in 0..<Int(doublings) { value *= 2 }
        return value * (1 + doublings - doublings.rounded(.down))
    }
}

extension SimulatedNetwork {
    /// What a fixed number of connections brings after a warm-up, in bytes a second.
    func rate(of connections: Int, from start: Double = 2, to end: Double = 6) -> Double {
        var run = SimulatedRun(self)
        run.target = connections
        return run.rate(from: start, to: end) { _, _ in }
    }

    /// The same with what the controller chooses, and its targets in that time.
    func controlled(
        from start: Double, to end: Double, limits: ClosedRange<Int> = 1...256
    ) -> (rate: Double, targets: [Int], median: Int) {
        var controller = ConcurrencyController(limits: limits)
        var run = SimulatedRun(self)
        run.target = controller.target
        var targets: [Int] = []
        let rate = run.rate(from: start, to: end) { run, sample in
            controller.tick(sample)
            run.target = controller.target
            if run.now >= start { targets.append(run.target) }
        }
        return (rate, targets, targets.sorted()[targets.count / 2])
    }
}

extension SimulatedRun {
    fileprivate mutating func rate(
        from start: Double, to end: Double, _ each: (inout SimulatedRun, ConcurrencyController.Sample) -> Void
    ) -> Double {
        var before = 0.0
        while now < end {
            let sample = tick()
            if now < start { before = received }
            each(&self, sample)
        }
        return (received - before) / (end - start)
    }
}
