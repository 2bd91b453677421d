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

/// The parts that wait and the parts under way.
struct PartQueue {
    private var waiting: [TransferMachine.Part] = []
    private var first = 0
    private var underWay: Set<TransferMachine.Part> = []
    /// Of those under way.
    private var weight = 0

    /// A part of an object that takes several is as long as a part can be, and as many others have the same memory and
    /// more round trips to make up for.
    static let weightOfLargeParts = 5

    /// Waiting and under way.
    var count: Int { waiting.count - first + underWay.count }

    mutating func append(_ parts: [TransferMachine.Part]) { waiting += parts }

    mutating func prepend(_ parts: [TransferMachine.Part]) {
        waiting.replaceSubrange(..<first, with: parts)
        first = 0
    }

    mutating func removeAll(of asset: Int) {
        waiting = waiting[first...].filter { $0.asset != asset }
        first = 0
    }

    /// The next part, where what is under way leaves room for it in the window.
    mutating func next(window: Int) -> TransferMachine.Part? {
        guard first < waiting.count, weight == 0 || weight + Self.weight(of: waiting[first]) <= window else {
            return nil
        }
        let part = waiting[first]
        first += 1
        if first > 1024, first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        underWay.insert(part)
        weight += Self.weight(of: part)
        return part
    }

    mutating func ended(_ part: TransferMachine.Part) {
        if underWay.remove(part) != nil { weight -= Self.weight(of: part) }
    }

    func isUnderWay(_ asset: Int) -> Bool { underWay.contains { $0.asset == asset } }

    private static func weight(of part: TransferMachine.Part) -> Int { part.isFirst ? 1 : weightOfLargeParts }
}
