/// Whose turn is it? The versions of one asset share its lock, so that one of them at a time is worked on; the others
/// wait here rather than for a lock that their own run has.
struct NameTurns {
    private let names: [Int]
    private var holders: [Int: Int] = [:]
    private var waiting: [Int: [Int]] = [:]

    /// - Parameter names: of each asset, as numbers.
    init(names: [Int]) { self.names = names }

    /// The asset whose turn it is among those of this one's name.
    func holder(besides asset: Int) -> Int? { holders[names[asset]] }

    func isWaitedFor(_ asset: Int) -> Bool { waiting[names[asset]]?.isEmpty == false }

    /// Whether it is the asset's turn now. If not, `pass` names it when it is.
    mutating func take(_ asset: Int) -> Bool {
        let name = names[asset]
        if holders[name] == nil { holders[name] = asset }
        if holders[name] == asset { return true }
        waiting[name, default: []].append(asset)
        return false
    }

    /// The asset waits for its turn no more.
    mutating func withdraw(_ asset: Int) { waiting[names[asset]]?.removeAll { $0 == asset } }

    /// The asset needs its turn no more; whose it is now, if anybody waited.
    mutating func pass(_ asset: Int) -> Int? {
        let name = names[asset]
        guard holders[name] == asset else { return nil }
        holders[name] = nil
        guard let next = waiting[name]?.first else { return nil }
        waiting[name]?.removeFirst()
        holders[name] = next
        return next
    }
}
