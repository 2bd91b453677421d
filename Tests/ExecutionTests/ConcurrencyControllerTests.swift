import AssetsTestSupport
import FoundationEssentials
import Testing

@testable import Execution

/// What the controller finds on simulated networks, in virtual time.
@Suite(.serialized) struct ConcurrencyControllerTests {
    /// Of twenty networks each; MODELKIT_ASSETS_TEST_NETWORKS says how many, as a hundred take minutes in a debug build.
    private static let twenties =
        UInt64(ProcessInfo.processInfo.environment["MODELKIT_ASSETS_TEST_NETWORKS"] ?? "").map { $0 / 20 } ?? 3

    /// Networks of every kind: what a connection and all of them can bring, how far away, how unsteady, and how large the
    /// parts are. After a warm-up it brings 90 % of what the best fixed number does, with at most twice as many
    /// connections as are needed for that, and a step of the search more. One network in twenty may be a little off:
    /// what is measured in half a second has its luck.
    @Test(arguments: 0..<twenties)
    func findsWhatTheBestFixedNumberBrings(_ twenty: UInt64) async {
        var findings: [Finding] = []
        for seed in twenty * 20..<twenty * 20 + 20 {
            findings.append(Finding(on: SimulatedNetwork(seed: seed)))
            // There are as many threads for tests as processors, and others of them wait for servers with a time limit.
            await Task.yield()
        }
        for finding in findings { #expect(finding.isWithin(rate: 0.82, number: 3), "\(finding)") }
        let off = findings.filter { !$0.isWithin(rate: 0.9, number: 2) }
        #expect(off.count <= 1, "\(off)")
    }

    /// Amazon S3's pace: a short download is mostly warm-up.
    @Test(arguments: [20e6, 60e6, 90e6])
    func climbsWithinASecond(_ connectionRate: Double) {
        var network = SimulatedNetwork()
        network.connectionRate = connectionRate
        let fixed = network.rate(of: 32, from: 0, to: 1)
        #expect(network.controlled(from: 0, to: 1).rate >= 0.9 * fixed)
    }

    /// The link is down to a tenth for a while.
    @Test(arguments: [nil, 10e6, 60e6] as [Double?])
    func followsARateThatDropsAndReturns(_ connectionRate: Double?) {
        var network = SimulatedNetwork()
        network.connectionRate = connectionRate ?? .infinity
        network.totalRate = { (10..<20).contains($0) ? 30e6 : 300e6 }
        let found = network.controlled(from: 25, to: 30)
        #expect(found.rate >= 0.9 * network.rate(of: 64, from: 25, to: 30))
    }

    /// Where the queue is long, an answer waits for what was sent before it: that is no reason to measure for long.
    @Test(arguments: [30e6, 120e6])
    func settlesOnAFullLinkWithinSeconds(_ totalRate: Double) {
        var network = SimulatedNetwork()
        network.totalRate = { _ in totalRate }
        network.window = 512e3
        network.jitter = 0.5
        network.mostInFlight = 80
        let found = network.controlled(from: 12, to: 14)
        #expect(found.targets.allSatisfy { $0 <= 12 }, "\(found.targets)")
        #expect(found.rate >= 0.9 * totalRate)
    }

    @Test(arguments: [(nil, 48), (0.001, 10), (0.03, 48), (0.1, 96)] as [(Double?, Int)])
    func startsWithMoreTheFartherTheStoreIs(_ wait: Double?, _ target: Int) {
        var controller = ConcurrencyController(limits: 1...256)
        controller.answered(after: wait)
        #expect(controller.target == target)
        #expect(controller.isDistanceKnown == (wait != 0.03))
        // Later answers wait for each other, and a quicker one shows that it is nearer.
        if wait != nil { controller.answered(after: 10) }
        #expect(controller.target == target)
        controller.answered(after: 0.0005)
        #expect(controller.target == 10)
        var fixed = ConcurrencyController(limits: 7...7)
        fixed.answered(after: wait)
        #expect(fixed.target == 7)
    }

    @Test func givesWayAtOnceWhereTheStoreAsksToSlowDown() {
        var controller = ConcurrencyController(limits: 1...256)
        let start = controller.target
        for _ in 0..<5 {
            controller.tick(.init(seconds: 0.05, bytes: 1 << 20, inFlight: controller.target, isThrottled: true))
        }
        // Once for all that was in flight.
        #expect(controller.target == start / 2)
    }

    @Test func keepsToTheNumberThatTheUserSaid() {
        var network = SimulatedNetwork()
        network.connectionRate = 1e6
        #expect(network.controlled(from: 0, to: 5, limits: 3...3).targets.allSatisfy { $0 == 3 })
    }

    @Test func asksForNoMoreThanMemoryHolds() {
        var controller = ConcurrencyController(limits: 1...256)
        for _ in 0..<400 {
            controller.tick(
                .init(
                    seconds: 0.05, bytes: 50 << 20, inFlight: min(20, controller.target),
                    isFull: controller.target > 20,
                    answers: 20, wait: 0.03))
        }
        #expect(controller.target <= 40)
    }

    /// Parts of 64 KB that take a few milliseconds: some are always over, so that fewer than the target are seen in flight.
    @Test func climbsWhereRequestsAreShorterThanATick() {
        let finding = Finding(on: SimulatedNetwork(seed: 350))
        #expect(finding.isWithin(rate: 0.9, number: 2), "\(finding)")
    }

    @Test func learnsNothingFromATimeInWhichThereWasNothingToAskFor() {
        var controller = ConcurrencyController(limits: 1...256)
        for _ in 0..<400 { controller.tick(.init(seconds: 0.05, bytes: 100, inFlight: 2, isStarved: true)) }
        #expect(controller.target == ConcurrencyController.start)
    }
}

/// What the controller found on a network, and what a fixed number of connections brings there.
private struct Finding: CustomStringConvertible {
    private static let candidates = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]

    let network: SimulatedNetwork
    /// Of what the best fixed number brings.
    let share: Double
    /// The least number that brings nearly as much as the best.
    let needed: Int
    let found: Int

    init(on network: SimulatedNetwork) {
        self.network = network
        // In the simulation a connection more does no harm.
        let best = network.rate(of: 256)
        needed = Self.candidates.partitioned { network.rate(of: $0) >= 0.97 * best }
        let controlled = network.controlled(from: 10, to: 25)
        share = controlled.rate / best
        found = controlled.median
    }

    var description: String { "\(network): \(found) of \(needed) connections, \(share) of the best rate" }

    func isWithin(rate: Double, number: Int) -> Bool { share >= rate && found <= number * needed + 4 }
}

extension [Int] {
    /// The first for which the condition holds, as it does for all that follow.
    fileprivate func partitioned(by condition: (Int) -> Bool) -> Int {
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return self[low]
    }
}

extension SimulatedNetwork {
    private static let connectionRates = [5e6, 10e6, 20e6, 60e6, 90e6, Double.infinity]
    private static let totalRates = [30e6, 120e6, 300e6, 1.2e9]
    private static let partSizes = [64e3, 1e6, 4e6, 8e6, 16e6]

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        connectionRate = Self.connectionRates.randomElement(using: &random) ?? 0
        let total = Self.totalRates.randomElement(using: &random) ?? 0
        totalRate = { _ in total }
        roundTrip = Double.random(in: 0.001...0.08, using: &random)
        wait = Double.random(in: 0.005...0.1, using: &random)
        jitter = Double.random(in: 0...0.5, using: &random)
        partSize = Self.partSizes.randomElement(using: &random) ?? 0
        words =
            "seed \(seed): \(connectionRate / 1e6) MB/s a connection, \(total / 1e6) in all, \(roundTrip) s there and back, "
            + "\(wait) s of waiting, \(jitter) jitter, parts of \(partSize)"
    }
}
