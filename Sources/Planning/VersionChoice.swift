internal import AssetModel

/// The version that meets each demand, as far as the answers that came in tell.
struct VersionChoice {
    let table: DemandTable
    private let duplicates: DuplicatesPolicy
    /// Of each demand; nil where it is not met.
    private(set) var pins: [AssetPin?]
    private(set) var failures: [PlanningFailure] = []
    private(set) var unknown: [UnknownAsset] = []
    private(set) var warnings: [String] = []

    init(table: DemandTable, duplicates: DuplicatesPolicy) {
        self.table = table
        self.duplicates = duplicates
        pins = Array(repeating: nil, count: table.demands.count)
    }

    /// - Parameter numbers: the demands on the asset that the answer is about.
    mutating func take(_ answer: Result<KnownVersions, any Error>, on numbers: [Int]) {
        let demands = numbers.map { table.demands[$0] }
        guard let name = demands.first?.specification.name else { return }
        switch answer {
        case .failure(let error):
            failures.append(.fact(subject: "the versions of `\(name)`", error: error, demands: demands))
        case .success(let known) where known.inStore == nil && known.local.isEmpty:
            unknown.append(UnknownAsset(name: name, demands: demands, places: known.places))
        case .success(let known):
            choose(from: known, for: demands, numbers)
        }
    }

    private mutating func choose(from known: KnownVersions, for demands: [Demand], _ numbers: [Int]) {
        let name = demands[0].specification.name
        let sharing = VersionSharing(demands, versions: known.all)
        failures += sharing.unmet.map { positions in
            let unmet = positions.map { demands[$0] }
            return .noVersion(name, demand: unmet[0], alsoBy: Array(unmet.dropFirst()), known: known)
        }
        let clash = sharing.clash()
        if !clash.isEmpty, duplicates == .deny {
            failures.append(.duplicates(name, demands: clash.map { demands[$0] }, known: known))
            return
        }
        let assigned = sharing.assigned()
        for (position, version) in assigned { pins[numbers[position]] = AssetPin(name: name, version: version) }
        let met = demands.indices.compactMap { position in assigned[position].map { MetDemand(demands[position], $0) } }
        warnings += resolutionWarnings(name, met, known)
    }
}
