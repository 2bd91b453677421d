internal import AssetModel
internal import ObjectStore

extension TransferMachine {
    struct Part: Hashable, Sendable {
        let asset: Int
        let object: Int
        let range: Range<Int64>
        /// What the object must still be; nil for the first part of an object that nothing is known of.
        let entityTag: String?
        /// Whether the object's size is still to be learnt from the answer.
        let isFirst: Bool

        var objectID: ObjectID { ObjectID(asset: asset, object: object) }
    }

    struct ObjectID: Hashable, Sendable {
        let asset: Int
        let object: Int
    }
}

/// The parts of an object that are still to come. Made one by one: an object may have millions of them.
struct PendingParts {
    let asset: Int
    private let object: Int
    private let entityTag: String?
    let isFirst: Bool
    /// What is still to come, the first last.
    private var gaps: [Range<Int64>]
    /// In bytes; of a first part as many as are asked for, or are known to come.
    private(set) var left: Int64
    let isSizeKnown: Bool

    /// What is missing of an object that was begun.
    init(of object: Int, _ asset: Int, _ progress: ObjectProgress) {
        self.asset = asset
        self.object = object
        entityTag = progress.attributes.entityTag
        isFirst = false
        isSizeKnown = true
        let missing = progress.missing
        gaps = missing.reversed()
        left = missing.reduce(0) { $0 + Int64($1.count) }
    }

    /// The first part of an object.
    ///
    /// - Parameter size: of the object; nil where it is not known.
    init(firstOf object: Int, _ asset: Int, size: Int64?, _ sizes: PartSizes) {
        self.asset = asset
        self.object = object
        entityTag = nil
        isFirst = true
        isSizeKnown = size != nil
        gaps = [0..<sizes.first(of: size)]
        left = size ?? sizes.first(of: size)
    }

    var isEmpty: Bool { gaps.isEmpty }
    var objectID: TransferMachine.ObjectID { TransferMachine.ObjectID(asset: asset, object: object) }

    /// - Parameters:
    ///   - size: of the part; a first part has its own.
    ///   - whole: an object that is known to be no larger is one part.
    mutating func next(size: Int64, whole: Int64) -> TransferMachine.Part? {
        guard let gap = gaps.popLast() else { return nil }
        if isFirst { return first(isSizeKnown && left <= whole ? 0..<max(left, gap.upperBound) : gap) }
        let end = min(gap.upperBound, ByteSum.adding(gap.lowerBound, size))
        if end < gap.upperBound { gaps.append(end..<gap.upperBound) }
        left -= min(left, end - gap.lowerBound)
        return part(gap.lowerBound..<end)
    }

    /// What else there is of the object comes back once the answer has begun.
    private mutating func first(_ range: Range<Int64>) -> TransferMachine.Part {
        left = 0
        return part(range)
    }

    private func part(_ range: Range<Int64>) -> TransferMachine.Part {
        TransferMachine.Part(asset: asset, object: object, range: range, entityTag: entityTag, isFirst: isFirst)
    }
}

/// The parts that wait and the parts in flight.
struct PartQueue {
    /// Each with at least one part, from `first` on.
    private var waiting: [PendingParts] = []
    private var first = 0
    /// Of what waits, in bytes.
    private var left: Int64 = 0
    private var inFlight: [TransferMachine.Part: Int64] = [:]
    /// Of each object, how many parts are in flight.
    private var objects: [TransferMachine.ObjectID: Int] = [:]
    /// Of those in flight, how many hold little.
    private var smallCount = 0
    /// How many small parts count as one: fewer until it is known how far away the store is, as one that is near answers no more
    /// for more connections, each of which takes processor time to make.
    private var smallShare: Int
    private let mostSmallShare: Int
    /// How many may be in flight, however small.
    private let most: Int
    /// What those in flight may hold in memory, in bytes.
    private var held: Int64 = 0
    /// Of each asset, what waits and what is in flight.
    private var counts: [Int: Int] = [:]
    /// What objects of unknown size turn out to hold, smoothed, in bytes.
    private var typical = Self.mostHeld
    private let sizes: PartSizes
    /// What those in flight may hold, in bytes.
    private let memory: Int64

    /// - Parameters:
    ///   - concurrency: how many parts may be in flight; where that is a range, several small ones count as one, as they have
    ///     more round trips to make up for and hold little.
    ///   - memory: what those in flight may hold, in bytes; however little, one part is fetched.
    init(sizes: PartSizes, concurrency: ClosedRange<Int>, memory: Int64 = ExecutionOptions.mostMemory) {
        self.sizes = sizes
        self.memory = memory
        most = concurrency.upperBound
        mostSmallShare = concurrency.count > 1 ? 6 : 1
        smallShare = min(mostSmallShare, 2)
    }

    mutating func distanceBecameKnown() { smallShare = mostSmallShare }

    /// What a small part holds at most, in bytes.
    private static let small: Int64 = 128 << 10

    /// What a part in flight holds at most, in bytes: what it gathers before it writes, and what was read from its
    /// connection meanwhile.
    static let mostHeld: Int64 = 512 << 10

    /// How much of a body is gathered before it is written, in bytes: less where many are in flight.
    static func writeStep(at target: Int) -> Int { target <= 16 ? 256 << 10 : 128 << 10 }

    /// How many places of the target are taken.
    var inFlightCount: Int { inFlight.count - smallCount + smallCount / smallShare }
    var isEmpty: Bool { first == waiting.count }
    /// Whether something waits for which there is no memory.
    var isFull: Bool { !isEmpty && held >= memory }

    /// Objects and large parts, waiting and in flight.
    var count: Int { max(waiting.count - first, Int(clamping: left / sizes.limits.upperBound)) + inFlight.count }

    mutating func append(_ parts: PendingParts) {
        guard !parts.isEmpty else { return }
        waiting.append(parts)
        note(parts)
    }

    mutating func prepend(_ parts: PendingParts) {
        guard !parts.isEmpty else { return }
        if first == 0 {
            waiting.insert(parts, at: 0)
        } else {
            first -= 1
            waiting[first] = parts
        }
        note(parts)
    }

    private mutating func note(_ parts: PendingParts) {
        left = ByteSum.adding(left, parts.left)
        counts[parts.asset, default: 0] += 1
    }

    mutating func removeAll(of asset: Int) {
        for parts in waiting[first...] where parts.asset == asset { counts[asset]? -= 1 }
        waiting = waiting[first...].filter { $0.asset != asset }
        first = 0
        left = ByteSum.of(waiting.map(\.left))
    }

    /// The next part, where there is room for it.
    ///
    /// - Parameter target: how many are in flight at most.
    mutating func next(target: Int, pace: ConnectionPace?) -> TransferMachine.Part? {
        guard first < waiting.count, inFlight.isEmpty || hasRoom(target) else {
            return nil
        }
        bringForward(nextPlace(among: target))
        let before = waiting[first].left
        let size = sizes.next(left: left, target: target, pace: pace)
        guard let part = waiting[first].next(size: size, whole: sizes.whole(left: left, target: target)) else {
            return nil
        }
        let taken = before - waiting[first].left
        left -= taken
        let memory = min(taken, waiting[first].isSizeKnown ? Self.mostHeld : max(typical, Self.small))
        if waiting[first].isEmpty { removeFirst() }
        hold(memory, part)
        counts[part.asset, default: 0] += 1
        return part
    }

    /// The place of the next object, or of a large one with fewer parts in flight: what is received from the first byte to
    /// the last is hashed as it arrives, and what arrives in several parts at a time is read back.
    ///
    /// - Parameter count: of so many of those that wait.
    private func nextPlace(among count: Int) -> Int {
        var (place, fewest) = (first, objects[waiting[first].objectID, default: 0])
        for candidate in first..<min(first + max(count, 1), waiting.count) where fewest > 0 {
            guard waiting[candidate].left > sizes.whole else { continue }
            let inFlight = objects[waiting[candidate].objectID, default: 0]
            if inFlight < fewest { (place, fewest) = (candidate, inFlight) }
        }
        return place
    }

    private mutating func bringForward(_ place: Int) {
        guard place > first else { return }
        let parts = waiting[place]
        // Those before it are few, those behind it may be a million.
        for other in (first..<place).reversed() { waiting[other + 1] = waiting[other] }
        waiting[first] = parts
    }

    private func hasRoom(_ target: Int) -> Bool {
        inFlightCount < target && inFlight.count < most && held < memory
    }

    private mutating func hold(_ memory: Int64, _ part: TransferMachine.Part) {
        inFlight[part] = memory
        objects[part.objectID, default: 0] += 1
        held += memory
        if memory <= Self.small { smallCount += 1 }
    }

    private mutating func release(_ part: TransferMachine.Part) -> Bool {
        guard let memory = inFlight.removeValue(forKey: part) else { return false }
        held -= memory
        objects[part.objectID] = objects[part.objectID].flatMap { $0 > 1 ? $0 - 1 : nil }
        if memory <= Self.small { smallCount -= 1 }
        return true
    }

    private mutating func removeFirst() {
        counts[waiting[first].asset]? -= 1
        first += 1
        guard first > 1024, first > waiting.count / 2 else { return }
        waiting.removeFirst(first)
        first = 0
    }

    /// The size of its object is known now, in bytes.
    mutating func began(_ part: TransferMachine.Part, size: Int64) {
        learn(size)
        if release(part) { hold(min(size, Self.mostHeld), part) }
    }

    private mutating func learn(_ size: Int64) { typical = (typical * 7 + min(size, Self.mostHeld)) / 8 }

    /// - Parameter size: of its object, where that is known only now.
    mutating func ended(_ part: TransferMachine.Part, size: Int64? = nil) {
        if let size { learn(size) }
        guard release(part) else { return }
        counts[part.asset]? -= 1
    }

    /// Whether nothing of the asset waits or is in flight.
    mutating func isDone(_ asset: Int) -> Bool {
        guard counts[asset, default: 0] == 0 else { return false }
        counts[asset] = nil
        return true
    }
}
