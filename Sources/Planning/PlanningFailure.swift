package import AssetModel

/// Why there is no plan. All the failures of a run are reported together; `PlanningWords` has the sentences.
package enum PlanningFailure: Error, Sendable, TaskResult {
    /// No entry of the spec belongs to the group.
    case unknownGroup(String, known: [String], nearest: String?)
    /// No such asset, in the store or locally.
    case unknownAsset(AssetName, requirers: [Demand], nearest: [AssetName], places: SearchedPlaces)
    /// The asset exists, and no version meets one of the demands; `alsoBy` are further demands with the same requirement.
    case noVersion(AssetName, demand: Demand, alsoBy: [Demand], known: KnownVersions)
    /// Two versions would be needed and `duplicates: deny` forbids them. Without any one of the demands one would do.
    case duplicates(AssetName, demands: [Demand], known: KnownVersions)
    /// Each depends on the next, and the last on the first; each demand is the one that the pin beside it makes.
    case circle([AssetPin], demands: [Demand])
    /// One asset's version folder is a folder of another's name: `a` 1.0 and `a/1.0` 2.0 cannot both be there.
    case overlap(AssetPin, AssetPin, demands: [Demand])
    /// The sub-part of a demand is not in the asset.
    case noSuchPart(AssetPin, part: RelativePath, demand: Demand, nearest: [RelativePath])
    /// `include` and `exclude` leave nothing of these files.
    case emptySelection(AssetPin, FileSelection, demand: Demand, files: [RelativePath])
    /// `include`, `exclude`, a sub-part or a `sha256` that the asset's kind does not allow.
    case notForKind(AssetPin, kind: AssetKind, what: String, demand: Demand)
    /// Entries pin different contents, or another one than the store recorded.
    case conflictingDigests(AssetPin, [SHA256Digest], recorded: SHA256Digest?, demands: [Demand])
    /// There is no store to fetch it from, and it is not there, or not whole for this reason.
    /// Nothing may be fetched anyway where the run is offline.
    case notPresent(AssetPin, reason: LocalFault?, isOffline: Bool, demands: [Demand])
    /// Something that it depends on cannot be had.
    case leftOut(AssetPin, dependency: AssetPin, demands: [Demand])
    /// The versions of these depend on each other so that no choice stays.
    case unsettled([AssetName], demands: [Demand])
    /// A fact could not be had.
    case fact(subject: FactSubject, error: any Error, demands: [Demand])
}

/// The failures of one run, in the order of the spec.
package struct PlanningFailures: Error, Sendable {
    package let failures: [PlanningFailure]

    package init(_ failures: [PlanningFailure]) {
        self.failures = failures.sorted { PlanningFailure.order($0, $1) }
    }
}

/// A requirement and who makes it, from the spec on: the chain by which it came into play.
package struct Demand: Sendable, Hashable {
    package let specification: AssetSpecification
    /// The entry first; the asset that depends on it last.
    package let chain: [Requirer]
    /// Where it is written.
    package let excerpt: SourceExcerpt?
    /// How many of a long chain are left out after the first.
    package let elided: Int
    /// The version whose `.meta` declares it; nil where the spec makes it.
    package let declarer: AssetPin?

    package init(
        specification: AssetSpecification, chain: [Requirer], excerpt: SourceExcerpt?, elided: Int = 0,
        declarer: AssetPin? = nil
    ) {
        self.specification = specification
        self.chain = chain
        self.excerpt = excerpt
        self.elided = elided
        self.declarer = declarer
    }
}
