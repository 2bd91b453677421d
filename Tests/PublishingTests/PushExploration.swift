import AssetModel
import ObjectStore

@testable import Publishing

/// Tries every interleaving of the requests of some pushes, by the states that they lead to: each state is gone on from once,
/// however it was reached.
///
/// What one push can do next hangs on it and on the shelf alone, and is worked out once for each pair of these; both go by number.
struct PushExploration {
    /// What goes wrong, once in each run.
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// A request is done and its answer lost; it is sent again.
        case lostAnswer
        /// A request is given up for lost and sent again, and is done late, at any time after that.
        case lateRequest
        /// A push ends before a request, or after it was done, for good.
        case death
        /// The same, and it is run again at any time after that.
        case rerun
    }

    private(set) var states = 0
    private(set) var transitions = 0
    /// Ways to get from the beginning to an end.
    private(set) var interleavings = 0.0
    /// What went wrong, with what was done before it.
    private(set) var violation: String?

    private let fault: Fault
    private let flaw: Flaw?
    private let base: Int
    private var pushes = Numbers<PushState>()
    private var shelves = Numbers<Shelf>()
    private var late = Numbers<LateRequest>()
    private var steps: [UInt64: [Step]] = [:]
    private var ways: [World: Double] = [:]
    private var trace: [String] = []

    /// - Parameter versions: that are listed from the start; nil for an asset that is not there.
    init(_ pushers: [Pusher], _ versions: [String]?, _ fault: Fault, flaw: Flaw? = nil) {
        self.fault = fault
        self.flaw = flaw
        var shelf = Shelf()
        shelf.versions = versions?.compactMap(VersioningSystem.majorMinor.version)
        for version in shelf.versions ?? [] {
            shelf.metas[version] = "old"
            shelf.data[version] = [0: "old", 1: "old"]
        }
        base = shelf.versions?.count ?? 0
        let numbers = pushers.enumerated().map { pushes[PushState($1, number: $0 + 1)] }
        interleavings = explore(World(pushes: numbers, shelf: shelves[shelf], faults: fault == .none ? 0 : 1))
    }

    /// Where all pushes and the store are.
    private struct World: Hashable {
        var pushes: UInt64
        var shelf: UInt32
        var faults: Int8
        var late: UInt16 = 0

        init(pushes: [Int], shelf: Int, faults: Int8) {
            self.pushes = pushes.enumerated().reduce(0) { $0 | UInt64($1.element) << (20 * UInt64($1.offset)) }
            self.shelf = UInt32(shelf)
            self.faults = faults
        }

        func push(_ place: Int) -> Int { Int(pushes >> (20 * UInt64(place)) & 0xFFFFF) }

        mutating func set(_ place: Int, _ push: Int) {
            pushes = pushes & ~(0xFFFFF << (20 * UInt64(place))) | UInt64(push) << (20 * UInt64(place))
        }
    }

    private struct Step {
        let push: Int
        let shelf: Int
        var isFault = false
        var late = 0
        let words: String
        /// Whether nobody else can tell when it was done.
        var isPrivate = false
        let violation: String?
    }

    private struct LateRequest: Hashable {
        let request: PushMachine.Request
        let push: PushState
    }

    // MARK: Going on

    private mutating func explore(_ world: World) -> Double {
        if let known = ways[world] { return known }
        guard violation == nil else { return 0 }
        states += 1
        // Found again from itself, it would go on for ever.
        ways[world] = .nan
        var count = 0.0
        var isEnd = true
        for (place, steps) in nextSteps(world) {
            for step in steps where !step.isFault || world.faults > 0 {
                if !step.isFault { isEnd = false }
                count += take(step, place, world)
            }
        }
        if world.late > 0 { count += doLate(world) }
        if isEnd {
            check(world)
            count += 1
        }
        if count.isNaN { report("the pushes go on for ever") }
        ways[world] = count
        return count
    }

    /// Those of each push; those of one alone, where it does what none of the others can notice.
    private mutating func nextSteps(_ world: World) -> [(Int, [Step])] {
        var all: [(Int, [Step])] = []
        for place in 0..<3 where world.push(place) > 0 {
            let steps = steps(world.push(place), Int(world.shelf), number: place + 1)
            if steps.contains(where: \.isPrivate) { return [(place, steps.filter(\.isPrivate))] }
            if !steps.isEmpty { all.append((place, steps)) }
        }
        return all
    }

    private mutating func take(_ step: Step, _ place: Int, _ world: World) -> Double {
        transitions += 1
        var next = world
        next.set(place, step.push)
        next.shelf = UInt32(step.shelf)
        if step.isFault { next.faults -= 1 }
        if step.late > 0 { next.late = UInt16(step.late) }
        trace.append("\(place + 1): \(step.words)")
        defer { trace.removeLast() }
        if let words = step.violation { report(words) }
        return explore(next)
    }

    private mutating func doLate(_ world: World) -> Double {
        transitions += 1
        let request = late.values[Int(world.late)]
        let before = shelves.values[Int(world.shelf)]
        let (after, _) = request.push.doing(request.request, before, flaw)
        var next = world
        next.late = 0
        next.shelf = UInt32(shelves[after])
        trace.append("late: \(request.request)")
        defer { trace.removeLast() }
        if let words = before.fault(after: after) { report(words) }
        return explore(next)
    }

    private mutating func steps(_ push: Int, _ shelf: Int, number: Int) -> [Step] {
        let key = UInt64(push) << 32 | UInt64(shelf)
        if let known = steps[key] { return known }
        let found = makeSteps(pushes.values[push], shelves.values[shelf], push, shelf, number)
        steps[key] = found
        return found
    }

    private mutating func makeSteps(
        _ push: PushState, _ shelf: Shelf, _ pushNumber: Int, _ shelfNumber: Int, _ number: Int
    ) -> [Step] {
        guard !push.isOver else { return [] }
        var steps: [Step] = []
        for request in push.machine.requests {
            let (after, next) = push.doing(request, shelf, flaw)
            let done = shelves[after]
            let words = "\(request)"
            func step(_ push: Int, _ shelf: Int, _ more: String = "", isFault: Bool = false) -> Step {
                Step(
                    push: push, shelf: shelf, isFault: isFault, words: words + more,
                    isPrivate: !isFault && request.isPrivate && push != pushNumber,
                    violation: shelf == shelfNumber ? nil : before(shelf))
            }
            func before(_ number: Int) -> String? { shelf.fault(after: after) }
            steps.append(step(pushes[next], done))
            guard !request.isPrivate else { continue }
            switch fault {
            case .none: break
            case .lostAnswer where done != shelfNumber:
                steps.append(step(pushNumber, done, " (its answer is lost)", isFault: true))
            case .lateRequest where request.writes:
                var lost = step(pushNumber, shelfNumber, " (lost for now)", isFault: true)
                lost.late = late[LateRequest(request: request, push: push)]
                steps.append(lost)
            case .lostAnswer, .lateRequest: break
            case .death, .rerun:
                var end = push
                end.isDead = true
                if fault == .rerun { end = PushState(push.pusher, number: number, isRerun: true) }
                steps.append(step(pushes[end], shelfNumber, " (dies before it)", isFault: true))
                if done != shelfNumber { steps.append(step(pushes[end], done, " (dies after it)", isFault: true)) }
            }
        }
        return steps
    }

    // MARK: The end

    private mutating func report(_ words: String) {
        violation = violation ?? "\(words):\n" + trace.joined(separator: "\n")
    }

    private mutating func check(_ world: World) {
        let shelf = shelves.values[Int(world.shelf)]
        let ended = (0..<3).map(world.push).filter { $0 > 0 }.map { pushes.values[$0] }
        let hasFaults = world.faults == 0 && fault != .none
        let hasDied = ended.contains { $0.isDead || $0.isRerun }
        var told: [AssetVersion: String] = [:]
        var hasFailed = false
        for push in ended {
            switch push.machine.outcome {
            case .published(let version, let keepsConditions):
                if !keepsConditions, !hasFaults { report("conditions were taken for not heeded") }
                // A claim that is made late, after its number was listed, cannot be told from one that still holds.
                let isLate = fault == .lateRequest && told[version] == push.pusher.content
                // The first version, by two who push the same: the one finds that the other has listed it.
                let isSame = ended.contains(where: \.machine.wasListed) && told[version] == push.pusher.content
                if told[version] != nil, !isLate, !isSame { report("two were told \(version)") }
                told[version] = push.pusher.content
                let isListed = shelf.versions?.contains(version) == true
                if !isListed || !shelf.holds(version, push.pusher.content) {
                    report("\(version) was told, and is not there")
                }
            case .failed(let failure):
                hasFailed = true
                if failure != .exists { report("a push failed: \(failure)") }
            case nil: if !push.isDead { report("a push did not end") }
            }
        }
        if !hasDied, fault != .lateRequest {
            if !shelf.claims.isEmpty { report("claims stay behind: \(shelf.claims)") }
            if !hasFailed { checkNumbers(shelf) }
        }
        if !hasFaults, (shelf.versions?.count ?? 0) - base != told.count { report("versions were listed for nobody") }
        // A first version whose claim was taken over by a second `new` of the same content, which found then that there is one.
        let mayBeLeft = hasFailed && Set(ended.map(\.pusher.content)).count < ended.count
        for version in Set(shelf.data.keys).union(shelf.metas.keys)
        where !hasDied && !hasFaults && !mayBeLeft && shelf.versions?.contains(version) != true {
            report("\(version) has objects, and is not listed")
        }
    }

    /// Between the lowest and the highest number of each major version none is left out.
    private mutating func checkNumbers(_ shelf: Shelf) {
        let versions = (shelf.versions ?? []).sorted()
        for (version, next) in zip(versions, versions.dropFirst()) {
            let rule = NextVersion.latest
            let up = rule.version(after: [version], in: .majorMinor, now: 0)
            let major = NextVersion.major.version(after: [version], in: .majorMinor, now: 0)
            if next != up, next != major { report("a number between \(version) and \(next) is lost") }
        }
    }
}

extension PushMachine.Request {
    /// Whether it is nothing to the store.
    fileprivate var isPrivate: Bool {
        switch self {
        case .content, .settle, .backOff: true
        default: false
        }
    }

    fileprivate var writes: Bool {
        switch self {
        case .listing, .listingWritten, .claim, .meta, .content, .settle, .backOff: false
        default: true
        }
    }
}

/// Values by number, from 1.
private struct Numbers<Value: Hashable> {
    private var numbers: [Value: Int] = [:]
    private(set) var values: [Value] = []

    subscript(value: Value) -> Int {
        mutating get {
            if let number = numbers[value] { return number }
            if values.isEmpty { values.append(value) }
            values.append(value)
            numbers[value] = values.count - 1
            return values.count - 1
        }
    }
}
