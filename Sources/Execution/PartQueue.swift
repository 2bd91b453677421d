/// The parts that wait and the parts under way.
struct PartQueue {
    private var waiting: [TransferMachine.Part] = []
    private var first = 0
    private var underWay: Set<TransferMachine.Part> = []

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

    /// The next part, where fewer than `window` are under way.
    mutating func next(window: Int) -> TransferMachine.Part? {
        guard underWay.count < window, first < waiting.count else { return nil }
        let part = waiting[first]
        first += 1
        if first > 1024, first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        underWay.insert(part)
        return part
    }

    mutating func ended(_ part: TransferMachine.Part) { underWay.remove(part) }
}
