package import AssetModel

/// A demand and the version that was chosen for it.
struct MetDemand {
    let demand: Demand
    let version: AssetVersion

    init(_ demand: Demand, _ version: AssetVersion) {
        self.demand = demand
        self.version = version
    }
}

/// What a person should know about the versions chosen for one asset.
func resolutionWarnings(_ name: AssetName, _ met: [MetDemand], _ known: KnownVersions) -> [String] {
    [sideBySideWarning(name, met)].compactMap(\.self)
        + localOnlyWarnings(name, Set(met.map(\.version)), known)
        + modelkitWarnings(met, known)
}

private func sideBySideWarning(_ name: AssetName, _ met: [MetDemand]) -> String? {
    let byVersion = Dictionary(grouping: met, by: \.version).sorted { $0.key > $1.key }
    guard byVersion.count > 1 else { return nil }
    let reasons = byVersion.map { version, demands in
        "\(version) for \(enumeration(demands.map(\.demand.words)))"
    }
    return "no one version of `\(name)` meets every requirement, so \(byVersion.count) stand side by side: "
        + reasons.joined(separator: "; ")
}

private func localOnlyWarnings(_ name: AssetName, _ chosen: Set<AssetVersion>, _ known: KnownVersions) -> [String] {
    guard let inStore = known.inStore else { return [] }
    let has = inStore.isEmpty ? "no version" : enumeration(inStore.sorted(by: >).map(\.text))
    return chosen.subtracting(inStore).map { version in
        "`\(name):\(version)` is in the assets directory and not in the store, which has \(has): "
            + "another machine would not get this version"
    }
}

/// One for each requirement, however many make it: all of them change their choice when one is told.
private func modelkitWarnings(_ met: [MetDemand], _ known: KnownVersions) -> [String] {
    var seen: Set<VersionRequirement> = []
    return met.filter { seen.insert($0.demand.specification.requirement).inserted }
        .compactMap { modelkitWarning($0, known) }
}

private func modelkitWarning(_ met: MetDemand, _ known: KnownVersions) -> String? {
    let requirement = met.demand.specification.requirement
    guard case .partial(let major) = requirement.kind else { return nil }
    guard let theirs = requirement.modelkitChoice(of: known.all), !requirement.isMet(by: theirs) else { return nil }
    return "\(met.demand.words) is \(met.version) here, where Python modelkit with a storage provider would take "
        + "\(theirs): its `\(major)` also matches \(theirs); name the version in full where both are used"
}

extension VersionRequirement {
    /// The version that Python modelkit would take; nil where it would take none, or cannot be asked for such a version.
    ///
    /// It reads a major version as the regular expression `^1.`, whose dot takes any character, so that its `1` is also
    /// `10.3`; it takes the first match, latest first (modelkit 0.1.3).
    ///
    /// - Parameter versions: latest first.
    package func modelkitChoice(of versions: [AssetVersion]) -> AssetVersion? {
        switch kind {
        case .latest: versions.first
        case .exact(let version): versions.first { $0.text == version.text }
        case .partial(let major):
            versions.first { $0.text.hasPrefix(major.text) && $0.text.utf8.count > major.text.utf8.count }
        case .comparators: nil
        }
    }
}
