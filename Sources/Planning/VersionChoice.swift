internal import AssetModel

/// What a search came to, demand by demand: versions, warnings, and everything that could not be met.
struct VersionChoice {
    let table: DemandTable
    private let duplicates: DuplicatesPolicy
    /// Of each demand; nil where it is not met.
    let pins: [AssetPin?]
    private(set) var failures: [PlanningFailure] = []
    private(set) var unknown: [UnknownAsset] = []
    private(set) var warnings: [ResolutionWarning] = []

    init(table: DemandTable, search: VersionSearch, duplicates: DuplicatesPolicy) {
        self.table = table
        self.duplicates = duplicates
        pins = zip(table.demands, table.origins).map { search.pin($0.specification, $1) }
        for (name, demands) in table.byName {
            if let answer = search.known(name) { take(answer, on: demands) }
        }
    }

    /// - Parameter numbers: the demands on the asset that the answer is about.
    private mutating func take(_ answer: Result<KnownVersions, any Error>, on numbers: [Int]) {
        let demands = numbers.map { table.demands[$0] }
        guard let name = demands.first?.specification.name else { return }
        switch answer {
        case .failure(let error):
            failures.append(.fact(subject: .versions(name), error: error, demands: demands))
        case .success(let known) where known.inStore == nil && known.local.isEmpty:
            unknown.append(UnknownAsset(name: name, demands: demands, places: known.places))
        case .success(let known): judge(known, name, demands, numbers)
        }
    }

    private mutating func judge(_ known: KnownVersions, _ name: AssetName, _ demands: [Demand], _ numbers: [Int]) {
        let sharing = VersionSharing(demands.map(\.specification.requirement), versions: known.all)
        failures += sharing.unmet.map { positions in
            let unmet = positions.map { demands[$0] }
            return .noVersion(name, demand: unmet[0], alsoBy: Array(unmet.dropFirst()), known: known)
        }
        let clash = sharing.clash()
        if !clash.isEmpty, duplicates == .deny {
            failures.append(.duplicates(name, demands: clash.map { demands[$0] }, known: known))
            return
        }
        let met = zip(demands, numbers).compactMap { demand, number in
            pins[number].map { MetDemand(demand, $0.version) }
        }
        warnings += resolutionWarnings(name, met, known)
    }
}
