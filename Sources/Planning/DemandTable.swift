internal import AssetModel

/// Where a demand comes from.
enum DemandOrigin: Hashable, Sendable {
    /// The entry of this number asks for its own asset.
    case entry(Int)
    /// The entry of the first number asks for the second of what it depends on.
    case dependsOn(Int, Int)
    /// A version asks for the second of what its `.meta` declares.
    case version(AssetPin, Int)
}

/// Everything that is asked for, numbered: by entries of the spec, and by the versions that were chosen.
struct DemandTable {
    /// In the order of the file.
    let entries: [ManifestEntry]
    private(set) var demands: [Demand] = []
    private(set) var origins: [DemandOrigin] = []
    /// The number of each entry's demand on its own asset.
    private(set) var own: [Int] = []
    /// The numbers of each entry's demands on what it depends on.
    private(set) var dependencies: [[Int]] = []
    /// The numbers of the demands of versions on what they depend on.
    private(set) var declared: [(pin: AssetPin, demands: [Int])] = []
    /// The numbers of the demands on each asset, sorted as the demands are.
    private(set) var byName: [(name: AssetName, demands: [Int])] = []

    /// - Parameters:
    ///   - entries: with their numbers in the spec.
    ///   - choices: of the versions that were chosen, what each declares and by what chain it came into play.
    init(entries: [(number: Int, entry: ManifestEntry)], choices: [ChainedVersion]) {
        self.entries = entries.map(\.entry)
        for (number, entry) in entries {
            own.append(add(Demand(entry), .entry(number)))
            dependencies.append(
                entry.dependsOn.enumerated().map { add(Demand($1, of: entry), .dependsOn(number, $0)) })
        }
        for choice in choices {
            let numbers = choice.declared.enumerated().map { place, specification in
                add(choice.demand(specification), .version(choice.pin, place))
            }
            declared.append((choice.pin, numbers))
        }
        byName = Dictionary(grouping: demands.indices) { demands[$0].specification.name }
            .sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { demands[$0] < demands[$1] }) }
    }

    private mutating func add(_ demand: Demand, _ origin: DemandOrigin) -> Int {
        demands.append(demand)
        origins.append(origin)
        return demands.count - 1
    }
}

/// A chosen version, what it declares, and who brought it in.
struct ChainedVersion {
    let pin: AssetPin
    let declared: [AssetSpecification]
    /// From an entry to the version itself, for which an entry of its own stands.
    let chain: [Requirer]
    /// How many are left out after the first of the chain.
    let elided: Int
    /// The place of the entry.
    let excerpt: SourceExcerpt?

    /// A longer chain tells nobody more.
    private static let longestChain = 8

    init(
        pin: AssetPin, declared: [AssetSpecification], chain: [Requirer], elided: Int, excerpt: SourceExcerpt?
    ) {
        let surplus = max(0, chain.count - Self.longestChain)
        self.pin = pin
        self.declared = declared
        self.chain = Array(chain.prefix(1) + chain.dropFirst(1 + surplus))
        self.elided = elided + surplus
        self.excerpt = excerpt
    }

    func demand(_ specification: AssetSpecification) -> Demand {
        Demand(specification: specification, chain: chain, excerpt: excerpt, elided: elided, declarer: pin)
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
