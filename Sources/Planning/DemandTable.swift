internal import AssetModel

/// Everything that the wanted entries ask for, numbered.
///
/// What a chosen version's `.meta` depends on is not read yet. It would be asked for once versions are chosen, would
/// come in here as further demands with longer chains, and the choice would be made again until nothing new comes in.
struct DemandTable {
    /// In the order of the file.
    let entries: [ManifestEntry]
    private(set) var demands: [Demand] = []
    /// The number of each entry's demand on its own asset.
    private(set) var own: [Int] = []
    /// The numbers of each entry's demands on what it depends on.
    private(set) var dependencies: [[Int]] = []
    /// The numbers of the demands on each asset, sorted as the demands are.
    private(set) var byName: [(name: AssetName, demands: [Int])] = []

    init(entries: [ManifestEntry]) {
        self.entries = entries
        for entry in entries {
            own.append(add(Demand(entry)))
            dependencies.append(entry.dependsOn.map { add(Demand($0, of: entry)) })
        }
        byName = Dictionary(grouping: demands.indices) { demands[$0].specification.name }
            .sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { demands[$0] < demands[$1] }) }
    }

    private mutating func add(_ demand: Demand) -> Int {
        demands.append(demand)
        return demands.count - 1
    }
}

extension Demand {
    /// What an entry asks for.
    package init(_ entry: ManifestEntry) {
        self.init(specification: entry.specification, chain: [Requirer(entry)], excerpt: entry.excerpt)
    }

    /// What an entry depends on.
    package init(_ dependency: ManifestDependency, of entry: ManifestEntry) {
        self.init(
            specification: dependency.specification, chain: [Requirer(entry)],
            excerpt: dependency.excerpt ?? entry.excerpt)
    }
}

extension Requirer {
    package init(_ entry: ManifestEntry) {
        self = .entry(entry.specification.phrase, line: entry.excerpt?.location.line ?? 0)
    }
}
