internal import AssetModel

/// Finds a choice with at most one version of each asset, where `duplicates: deny` asks for one.
///
/// The highest versions are tried first. Where they clash, or leave something unmet, one of those who ask is taken back to a
/// lower version, and so on, the fewest steps back first, so that what is found is as near to the highest as can be. A lock's
/// pins are left where they have to be.
struct SingleVersionSearch {
    /// Taking back more than this finds nothing that a person would want.
    private static let maximumTries = 400

    private let search: @Sendable (Set<AssetPin>) async -> (search: VersionSearch, choice: VersionChoice)

    /// - Parameter search: with these versions excluded.
    init(_ search: @escaping @Sendable (Set<AssetPin>) async -> (search: VersionSearch, choice: VersionChoice)) {
        self.search = search
    }

    /// - Parameter first: the failures of the highest versions.
    /// - Returns: what was found; nil where no choice works.
    func run(after first: VersionChoice) async -> (search: VersionSearch, choice: VersionChoice)? {
        var waiting = Self.steps(back: first, from: [])
        var seen = Set(waiting)
        var next = 0
        while next < waiting.count, next < Self.maximumTries {
            let excluded = waiting[next]
            next += 1
            let found = await search(excluded)
            if found.search.unsettled.isEmpty, found.choice.failures.isEmpty, found.choice.unknown.isEmpty,
                ChoiceGraph(found.choice).failures.isEmpty
            {
                return found
            }
            for step in Self.steps(back: found.choice, from: excluded) where seen.insert(step).inserted {
                waiting.append(step)
            }
        }
        return nil
    }

    /// What else may be excluded: each version that makes one of the demands that cannot be met together, or at all.
    private static func steps(back choice: VersionChoice, from excluded: Set<AssetPin>) -> [Set<AssetPin>] {
        var culprits: Set<AssetPin> = []
        for failure in choice.failures {
            switch failure {
            case .duplicates(_, let demands, _): culprits.formUnion(demands.compactMap(\.declarer))
            case .noVersion(_, let demand, let others, _):
                culprits.formUnion(([demand] + others).compactMap(\.declarer))
            default: continue
            }
        }
        return culprits.sorted().map { excluded.union([$0]) }
    }
}
