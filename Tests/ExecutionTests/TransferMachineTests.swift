import AssetsTestSupport
import ObjectStore
import Testing

@testable import Execution

@Suite struct TransferMachineTests {
    typealias Part = TransferMachine.Part

    @Test func fetchesAnObjectPartByPart() {
        var machine = TransferMachine(
            dependencies: [[]], present: [], concurrency: 2...2, sizes: .fixed(4))
        #expect(machine.start() == [.open(0)])
        let first = Part(asset: 0, object: 0, range: 0..<4, entityTag: nil, isFirst: true)
        #expect(machine.handle(.opened(0, [nil])) == [.fetch(first)])
        let second = Part(asset: 0, object: 0, range: 4..<8, entityTag: "t", isFirst: false)
        let third = Part(asset: 0, object: 0, range: 8..<9, entityTag: "t", isFirst: false)
        // The second is asked for while the first still arrives.
        #expect(
            machine.handle(.began(first, ObjectAttributes(size: 9, entityTag: "t"), 0..<4)) == [
                .receive(first), .fetch(second),
            ])
        #expect(machine.handle(.received(first)) == [.fetch(third)])
        #expect(machine.handle(.received(third)) == [])
        #expect(machine.handle(.received(second)) == [.seal(0)])
        #expect(machine.handle(.sealed(0)) == [.commit(0)])
        #expect(machine.handle(.committed(0)) == [.end(0, .fetched)])
    }

    private func pending(_ size: Int64, done: Range<Int64> = 0..<0) -> PendingParts {
        PendingParts(of: 0, 0, ObjectProgress(ObjectAttributes(size: size, entityTag: "t"), done: [done]))
    }

    @Test func hasAsManyInFlightAsThereIsMemoryFor() {
        let sizes = PartSizes.fixed(PartQueue.mostHeld)
        var queue = PartQueue(sizes: sizes, concurrency: 1000...1000)
        let fit = Int(ExecutionOptions.mostMemory / PartQueue.mostHeld)
        queue.append(pending(PartQueue.mostHeld * Int64(fit + 5)))
        for object in 0..<1000 { queue.append(PendingParts(firstOf: object, 1, size: 1, sizes)) }
        let large = (0..<fit).compactMap { _ in queue.next(target: 1000, pace: nil) }
        #expect(large.count == fit)
        #expect(queue.next(target: 1000, pace: nil) == nil)
        for part in large { queue.ended(part) }
        // What is known to be small takes little.
        let rest = (0..<600).compactMap { _ in queue.next(target: 600, pace: nil) }
        #expect(rest.count == 600)
        #expect(rest.count { !$0.isFirst } == 5)
        #expect(queue.next(target: 600, pace: nil) == nil)
    }

    @Test func countsSeveralSmallPartsAsOneUnlessTheUserSaidHowMany() {
        for (concurrency, first, inFlight) in [(1...256, 20, 60), (1...20, 20, 20), (10...10, 10, 10)] {
            var queue = PartQueue(sizes: .adaptive, concurrency: concurrency)
            for object in 0..<300 { queue.append(PendingParts(firstOf: object, 0, size: 4096, .adaptive)) }
            // Fewer until it is known how far away the store is.
            let before = (0..<300).compactMap { _ in queue.next(target: 10, pace: nil) }.count
            #expect(before == first)
            queue.distanceBecameKnown()
            #expect((0..<300).compactMap { _ in queue.next(target: 10, pace: nil) }.count == inFlight - first)
            #expect(queue.inFlightCount == (concurrency.count > 1 ? inFlight / 6 : inFlight))
        }
    }

    @Test func neverStandsStill() {
        var queue = PartQueue(sizes: .fixed(1), concurrency: 1...1)
        queue.append(pending(2))
        #expect(queue.next(target: 0, pace: nil) != nil)
        #expect(queue.next(target: 0, pace: nil) == nil)
    }

    @Test(
        arguments: [
            // Nothing is known yet; many connections share what is left; the end comes in small parts; a slow connection
            // gets a second's worth; a fast one with a long wait gets large parts.
            (1 << 40, 16, nil, 8 << 20),
            (512 << 20, 32, nil, 4 << 20),
            (1 << 20, 16, nil, 2 << 20),
            (1 << 40, 16, ConnectionPace(rate: 2e6, wait: 0.03), 2_000_000),
            (1 << 20, 16, ConnectionPace(rate: 1e4, wait: 0.03), 1 << 20),
            (1 << 40, 16, ConnectionPace(rate: 90e6, wait: 0.1), 16 << 20),
            // One that waits for long gets four times what it could have brought meanwhile, or its share of what is left.
            (512 << 20, 64, ConnectionPace(rate: 10e6, wait: 0.1), 4_000_000),
            (192 << 20, 64, ConnectionPace(rate: 40e6, wait: 0.1), 3 << 20),
            (32 << 20, 64, ConnectionPace(rate: 40e6, wait: 0.1), 2 << 20),
        ] as [(Int64, Int, ConnectionPace?, Int64)])
    func choosesTheSizeOfAPart(_ left: Int64, _ target: Int, _ pace: ConnectionPace?, _ size: Int64) {
        #expect(PartSizes.adaptive.next(left: left, target: target, pace: pace) == size)
    }

    @Test func anObjectThatIsKnownToBeSmallIsOnePart() {
        #expect(PartSizes.adaptive.first(of: nil) == 8 << 20)
        #expect(PartSizes.adaptive.first(of: 16 << 20) == 16 << 20)
        #expect(PartSizes.adaptive.first(of: 16 << 20 + 1) == 2 << 20)
    }

    @Test func objectsAreOnePartEachWhileEveryConnectionHasAsMuchToBring() {
        let mib: Int64 = 1 << 20
        #expect(PartSizes.adaptive.whole(left: 4000 * mib, target: 200) == 20 * mib)
        #expect(PartSizes.adaptive.whole(left: 4000 * mib, target: 1) == 32 * mib)
        #expect(PartSizes.adaptive.whole(left: 4000 * mib, target: 1000) == 16 * mib)
        #expect(PartSizes.fixed(8).whole(left: 1 << 40, target: 1) == 8)
        var queue = PartQueue(sizes: .adaptive, concurrency: 1...100)
        for object in 0..<10 { queue.append(PendingParts(firstOf: object, 0, size: 20 * mib, .adaptive)) }
        let parts = (0..<4).compactMap { _ in queue.next(target: 4, pace: nil) }
        #expect(parts.map(\.range.upperBound) == Array(repeating: 20 * mib, count: 4))
    }

    @Test func eachLargeObjectHasOnePartInFlightBeforeAnyHasTwo() {
        var queue = PartQueue(sizes: .fixed(4), concurrency: 100...100)
        for object in 0..<3 {
            let progress = ObjectProgress(ObjectAttributes(size: 400, entityTag: "t"), done: [])
            queue.append(PendingParts(of: object, 0, progress))
        }
        // What is small waits for its turn.
        queue.append(PendingParts(firstOf: 3, 0, size: 1, .fixed(4)))
        var inFlight: [Int] = []
        for count in 1...30 {
            guard let part = queue.next(target: 100, pace: nil) else { break }
            inFlight.append(part.object)
            let counts = (0..<3).map { object in inFlight.count { $0 == object } }
            #expect(counts.reduce(0, +) == count && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        }
        #expect(inFlight.count == 30)
    }

    @Test func goesOnFromWhatIsInStaging() {
        var machine = TransferMachine(
            dependencies: [[]], present: [], concurrency: 2...2, sizes: .fixed(4))
        _ = machine.start()
        let progress = [
            ObjectProgress(ObjectAttributes(size: 4, entityTag: "a"), done: [0..<4]),
            ObjectProgress(ObjectAttributes(size: 9, entityTag: "b"), done: [4..<8]),
        ]
        #expect(
            machine.handle(.opened(0, progress)) == [
                .fetch(Part(asset: 0, object: 1, range: 0..<4, entityTag: "b", isFirst: false)),
                .fetch(Part(asset: 0, object: 1, range: 8..<9, entityTag: "b", isFirst: false)),
            ])
    }

    @Test func sealsAtOnceWhatIsAllInStaging() {
        var machine = TransferMachine(dependencies: [[]], present: [], concurrency: 4...4, sizes: .fixed(4))
        _ = machine.start()
        #expect(
            machine.handle(.opened(0, [ObjectProgress(ObjectAttributes(size: 0, entityTag: nil), done: [0..<0])])) == [
                .seal(0)
            ])
    }

    @Test func discardsNothingUnderPartsInFlight() {
        var machine = TransferMachine(dependencies: [[], [0]], present: [], concurrency: 8...8, sizes: .fixed(4))
        let parts = [0, 1].map { Part(asset: 0, object: $0, range: 0..<4, entityTag: nil, isFirst: true) }
        #expect(machine.start() == [.open(0), .open(1)])
        #expect(machine.handle(.opened(0, [nil, nil])) == parts.map { .fetch($0) })
        #expect(machine.handle(.spoiled(0)) == [])
        #expect(machine.handle(.cancelled(parts[0])) == [])
        // It turns out to be larger than a part: nothing of it is received.
        #expect(machine.handle(.began(parts[1], ObjectAttributes(size: 9, entityTag: "t"), 0..<4)) == [.discard(0)])
        #expect(machine.handle(.discarded(0)) == [.end(0, .failed), .end(1, .skipped(because: 0))])
    }

    private let done = ObjectProgress(ObjectAttributes(size: 0, entityTag: nil), done: [0..<0])

    @Test func givesNothingAwayThatMayNotAppearYet() {
        var machine = TransferMachine(dependencies: [[], [0]], present: [], concurrency: 4...4, sizes: .fixed(4))
        #expect(machine.start() == [.open(0), .open(1)])
        #expect(machine.handle(.opened(1, [done])) == [.seal(1)])
        #expect(machine.handle(.sealed(1)) == [])
        #expect(machine.handle(.opened(0, [done])) == [.seal(0)])
        #expect(machine.handle(.sealed(0)) == [.commit(0)])
        #expect(machine.handle(.committed(0)) == [.end(0, .fetched), .commit(1)])
    }

    @Test func givesItAwayWhereAnotherProcessHasWhatItWaitsFor() {
        var machine = TransferMachine(dependencies: [[], [0], [1]], present: [], concurrency: 4...4, sizes: .fixed(4))
        #expect(machine.start() == [.open(0), .open(1), .open(2)])
        #expect(machine.handle(.opened(1, [done])) == [.seal(1)])
        #expect(machine.handle(.sealed(1)) == [])
        #expect(machine.handle(.blocked(0)) == [.park(1), .wait(0)])
        #expect(machine.handle(.opened(2, [done])) == [.seal(2)])
        #expect(machine.handle(.sealed(2)) == [.park(2)])
        #expect(machine.handle(.opened(0, [done])) == [.seal(0)])
        #expect(machine.handle(.sealed(0)) == [.commit(0)])
        #expect(machine.handle(.committed(0)) == [.end(0, .fetched), .commit(1)])
    }

    @Test func worksOnOneVersionOfAnAssetAtATime() {
        var machine = TransferMachine(
            dependencies: [[], [], []], names: [0, 0, 1], present: [], concurrency: 4...4, sizes: .fixed(4))
        #expect(machine.start() == [.open(0), .open(2)])
        #expect(machine.handle(.opened(0, [done])) == [.seal(0)])
        #expect(machine.handle(.sealed(0)) == [.commit(0)])
        #expect(machine.handle(.committed(0)) == [.end(0, .fetched), .open(1)])
    }

    @Test func aVersionThatWaitsMakesWayForTheOneThatItWaitsFor() {
        // 2 needs 1, which needs 0; 0 and 2 are versions of one asset, and 2 is opened first.
        var machine = TransferMachine(
            dependencies: [[1], [2], []], names: [0, 1, 0], present: [], concurrency: 1...1, sizes: .fixed(4))
        #expect(machine.start() == [.open(0), .open(1)])
        #expect(machine.handle(.opened(0, [done])) == [.seal(0)])
        #expect(machine.handle(.sealed(0)) == [.park(0), .open(2)])
        #expect(machine.handle(.opened(1, [done])) == [.seal(1)])
        #expect(machine.handle(.sealed(1)) == [])
        #expect(machine.handle(.opened(2, [done])) == [.seal(2)])
        #expect(machine.handle(.sealed(2)) == [.commit(2)])
        #expect(machine.handle(.committed(2)) == [.end(2, .fetched), .commit(1)])
        #expect(machine.handle(.committed(1)) == [.end(1, .fetched), .commit(0)])
    }

    @Test func skipsWhatDependsOnAFailure() {
        var machine = TransferMachine(
            dependencies: [[], [0], [1], []], present: [], concurrency: 8...8, sizes: .fixed(4))
        _ = machine.start()
        #expect(
            machine.handle(.failed(0)) == [
                .end(0, .failed), .end(1, .skipped(because: 0)), .end(2, .skipped(because: 0)),
            ])
        #expect(machine.handle(.failed(1)) == [])
        #expect(machine.handle(.present(3)) == [.end(3, .present)])
    }

    /// Whatever order things happen in: never more parts than the window, nothing appears before what it depends on,
    /// every asset ends once, and without failures as fetched.
    @Test(arguments: 0..<400)
    func keepsItsPromises(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var world = World(random: &random)
        try world.run(&random)
        #expect(world.endings.count == world.dependencies.count)
        if !world.fails { #expect(world.endings.values.allSatisfy { $0 == .fetched || $0 == .present }) }
    }
}

/// A random plan, executed by hand.
private struct World {
    let dependencies: [[Int]]
    let sizes: [[Int64]]
    let window: Int
    let fails: Bool
    /// Of each asset; those of one name must never have its lock at the same time.
    let names: [Int]
    var locks: [Int: Int] = [:]
    var machine: TransferMachine
    var pending: [TransferMachine.Action] = []
    var endings: [Int: TransferMachine.Ending] = [:]
    var fetched: [Int: [Int: Int64]] = [:]

    init(random: inout SeededRandom) {
        let count = Int.random(in: 1...12, using: &random)
        dependencies = (0..<count).map { asset in
            (0..<asset).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        }
        sizes = (0..<count).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in Int64.random(in: 0...13, using: &random) }
        }
        window = Int.random(in: 1...5, using: &random)
        fails = Bool.random(using: &random)
        names = (0..<count).map { _ in Int.random(in: 0..<(count + 1), using: &random) / 2 }
        machine = TransferMachine(
            dependencies: dependencies, names: names, present: [], concurrency: window...window, sizes: .fixed(4))
    }

    mutating func run(_ random: inout SeededRandom) throws {
        take(machine.start())
        while !pending.isEmpty {
            let action = pending.remove(at: Int.random(in: 0..<pending.count, using: &random))
            try perform(action, &random)
            let underWay = pending.filter { $0.part != nil }
            #expect(underWay.count <= window)
        }
    }

    private mutating func perform(_ action: TransferMachine.Action, _ random: inout SeededRandom) throws {
        if fails, Int.random(in: 0..<15, using: &random) == 0, let asset = action.asset, action != .discard(asset) {
            take(machine.handle(Bool.random(using: &random) ? .failed(asset) : .spoiled(asset)))
            if let part = action.part { take(machine.handle(.cancelled(part))) }
            return
        }
        switch action {
        case .open(let asset) where Int.random(in: 0..<5, using: &random) == 0:
            take(machine.handle(.blocked(asset)))
        case .open(let asset), .wait(let asset):
            guard machine.isLive(asset) else { return }
            lock(asset)
            let known = sizes[asset].map { Bool.random(using: &random) ? $0 : nil }
            take(machine.handle(.opened(asset, sizes[asset].map { _ in nil }, sizes: known)))
        case .fetch(let part):
            let size = sizes[part.asset][part.object]
            guard part.isFirst, part.range.upperBound < size else { return receive(part) }
            take(machine.handle(.began(part, ObjectAttributes(size: size, entityTag: "t"), part.range)))
        case .receive(let part): receive(part)
        case .seal(let asset):
            for (object, size) in sizes[asset].enumerated() { #expect(fetched[asset]?[object] == size) }
            take(machine.handle(.sealed(asset)))
        case .commit(let asset):
            for dependency in dependencies[asset] { #expect(endings[dependency] == .fetched) }
            lock(asset)
            if Int.random(in: 0..<10, using: &random) == 0 {
                fetched[asset] = nil
                take(machine.handle(.lost(asset)))
            } else {
                take(machine.handle(.committed(asset)))
            }
        case .discard(let asset):
            let inFlight = pending.contains { $0.part?.asset == asset }
            #expect(!inFlight, "discarded under its parts")
            take(machine.handle(.discarded(asset)))
        case .park, .end: break
        }
    }

    private mutating func receive(_ part: TransferMachine.Part) {
        let size = sizes[part.asset][part.object]
        fetched[part.asset, default: [:]][part.object, default: 0] += Int64(part.range.clamped(to: 0..<size).count)
        take(machine.handle(.received(part)))
    }

    private mutating func lock(_ asset: Int) {
        #expect(locks[names[asset], default: asset] == asset, "two versions have one lock")
        locks[names[asset]] = asset
    }

    private mutating func take(_ actions: [TransferMachine.Action]) {
        for action in actions {
            switch action {
            case .park(let asset), .end(let asset, _):
                if locks[names[asset]] == asset { locks[names[asset]] = nil }
            default: break
            }
            if case .end(let asset, let ending) = action {
                #expect(endings.updateValue(ending, forKey: asset) == nil)
            } else {
                pending.append(action)
            }
        }
    }
}
