/// May an asset appear yet? An asset appears after all that it depends on, in whatever order the downloads end.
///
/// Assets are counted by their place in the plan.
struct CommitOrder {
    private var missing: [Int]
    private let dependants: [[Int]]
    private var staged: Set<Int> = []

    /// - Parameter dependencies: of each asset.
    init(dependencies: [[Int]]) {
        missing = dependencies.map(\.count)
        var dependants = [[Int]](repeating: [], count: dependencies.count)
        for (asset, needed) in dependencies.enumerated() {
            for dependency in needed { dependants[dependency].append(asset) }
        }
        self.dependants = dependants
    }

    /// Whether all that the asset depends on has appeared.
    func mayAppear(_ asset: Int) -> Bool { missing[asset] == 0 }

    /// The asset is ready; whether it may appear at once. If not, `appeared` names it when it may.
    mutating func isStaged(_ asset: Int) -> Bool {
        if mayAppear(asset) { return true }
        staged.insert(asset)
        return false
    }

    /// The asset is there; which ready ones may appear now.
    mutating func appeared(_ asset: Int) -> [Int] {
        var free: [Int] = []
        for dependant in dependants[asset] {
            missing[dependant] -= 1
            if missing[dependant] == 0, staged.remove(dependant) != nil { free.append(dependant) }
        }
        return free
    }

    /// All that depends on the asset, straight or through others, in the plan's order.
    func dependants(of asset: Int) -> [Int] {
        var found: Set<Int> = []
        var pending = dependants[asset]
        while let next = pending.popLast() {
            if found.insert(next).inserted { pending += dependants[next] }
        }
        return found.sorted()
    }
}
