package import AssetModel

/// Why there is no plan. All the failures of a run are reported together; `PlanningWords` has the sentences.
package enum PlanningFailure: Error, Sendable {
    /// No such asset, in the store or locally.
    case unknownAsset(AssetName, requirers: [Demand], nearest: [AssetName], places: [String])
    /// The asset exists, and no version meets one of the demands.
    case noVersion(AssetName, demand: Demand, known: KnownVersions)
    /// Two versions would be needed and `duplicates: deny` forbids them.
    case duplicates(AssetName, demands: [Demand], known: KnownVersions)
    /// Each depends on the next, and the last on the first.
    case circle([AssetPin])
    /// One asset's version folder is a folder of another's name: `a` 1.0 and `a/1.0` 2.0 cannot both be there.
    case overlap(AssetPin, AssetPin)
    /// The sub-part of an entry is not in the asset.
    case noSuchPart(AssetPin, part: RelativePath, demand: Demand, nearest: [RelativePath])
    /// `include` and `exclude` leave nothing.
    case emptySelection(AssetPin, demand: Demand)
    /// `include`, `exclude` or a `sha256` that the asset's kind does not allow.
    case notForKind(AssetPin, kind: AssetKind, what: String, demand: Demand)
    /// Two entries pin different contents.
    case conflictingDigests(AssetPin, [SHA256Digest])
    /// A fact could not be had.
    case fact(subject: String, error: any Error, demands: [Demand])
}

/// A requirement and who makes it, from the spec on: the chain by which it came into play.
package struct Demand: Sendable, Hashable {
    package let specification: AssetSpecification
    /// The entry first; the asset that depends on it last.
    package let chain: [Requirer]
    /// Where it is written.
    package let excerpt: SourceExcerpt?

    package init(specification: AssetSpecification, chain: [Requirer], excerpt: SourceExcerpt?) {
        self.specification = specification
        self.chain = chain
        self.excerpt = excerpt
    }
}
