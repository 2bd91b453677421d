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
    }
}

/// The parts of an object that are still to come. Made one by one: an object may have millions of them.
struct PendingParts {
    let asset: Int
    private let object: Int
    private let entityTag: String?
    let isFirst: Bool
    private let partSize: Int64
    /// What is still to come, the first last.
    private var gaps: [Range<Int64>]
    private(set) var count: Int

    /// - Parameter progress: what is there of the object; nil where its size is still to be learnt.
    init(of object: Int, _ asset: Int, _ progress: ObjectProgress?, partSize: Int64) {
        self.asset = asset
        self.object = object
        self.partSize = partSize
        entityTag = progress?.attributes.entityTag
        isFirst = progress == nil
        let missing = progress?.missing ?? [0..<partSize]
        gaps = missing.reversed()
        count = missing.reduce(0) { $0 + ($1.count - 1) / Int(partSize) + 1 }
    }

    mutating func next() -> TransferMachine.Part? {
        guard let gap = gaps.popLast() else { return nil }
        let range = gap.prefix(Int(partSize))
        if range.endIndex < gap.endIndex { gaps.append(range.endIndex..<gap.endIndex) }
        count -= 1
        return TransferMachine.Part(
            asset: asset, object: object, range: range.startIndex..<range.endIndex, entityTag: entityTag,
            isFirst: isFirst)
    }
}

/// The parts that wait and the parts under way.
struct PartQueue {
    /// Each with at least one part, from `first` on.
    private var waiting: [PendingParts] = []
    private var first = 0
    private var waitingCount = 0
    private var underWay: Set<TransferMachine.Part> = []
    /// Of those under way.
    private var weight = 0

    /// A part of an object that takes several is as long as a part can be, and as many others have the same memory and
    /// more round trips to make up for.
    static let weightOfLargeParts = 5

    /// Waiting and under way.
    var count: Int { waitingCount + underWay.count }

    mutating func append(_ parts: PendingParts) {
        guard parts.count > 0 else { return }
        waiting.append(parts)
        waitingCount += parts.count
    }

    mutating func prepend(_ parts: PendingParts) {
        guard parts.count > 0 else { return }
        waiting.replaceSubrange(..<first, with: CollectionOfOne(parts))
        first = 0
        waitingCount += parts.count
    }

    mutating func removeAll(of asset: Int) {
        waiting = waiting[first...].filter { $0.asset != asset }
        first = 0
        waitingCount = waiting.reduce(0) { $0 + $1.count }
    }

    /// The next part, where what is under way leaves room for it in the window.
    mutating func next(window: Int) -> TransferMachine.Part? {
        guard first < waiting.count, weight == 0 || weight + Self.weight(waiting[first].isFirst) <= window,
            let part = waiting[first].next()
        else { return nil }
        waitingCount -= 1
        if waiting[first].count == 0 { first += 1 }
        if first > 1024, first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        underWay.insert(part)
        weight += Self.weight(part.isFirst)
        return part
    }

    mutating func ended(_ part: TransferMachine.Part) {
        if underWay.remove(part) != nil { weight -= Self.weight(part.isFirst) }
    }

    func isUnderWay(_ asset: Int) -> Bool { underWay.contains { $0.asset == asset } }

    private static func weight(_ isFirst: Bool) -> Int { isFirst ? 1 : weightOfLargeParts }
}
