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
        + [listWarning(name, Set(met.map(\.version)), known)].compactMap(\.self)
        + localOnlyWarnings(name, Set(met.map(\.version)), known)
        + modelkitWarnings(met, known)
}

private func sideBySideWarning(_ name: AssetName, _ met: [MetDemand]) -> String? {
    let byVersion = Dictionary(grouping: met, by: \.version).sorted { $0.key > $1.key }
    guard byVersion.count > 1 else { return nil }
    let reasons = byVersion.map { version, demands in
        "\(version) for \(enumeration(demands.map(\.demand.words)))"
    }
    let (count, all) = byVersion.count == 2 ? ("two", "both") : ("\(byVersion.count)", "all")
    return "`\(name)` is required at \(count) incompatible versions; installing \(all): "
        + reasons.joined(separator: "; ")
}

private func listWarning(_ name: AssetName, _ chosen: Set<AssetVersion>, _ known: KnownVersions) -> String? {
    known.listFault.map { fault in
        let versions = enumeration(chosen.sorted().map { "`\(name):\($0)`" })
        return "the store has no usable list of the versions of `\(name)` (\(fault)); using \(versions) without it, as "
            + "Python modelkit does"
    }
}

private func localOnlyWarnings(_ name: AssetName, _ chosen: Set<AssetVersion>, _ known: KnownVersions) -> [String] {
    guard let inStore = known.inStore else { return [] }
    let has = inStore.isEmpty ? "no versions" : enumeration(inStore.sorted(by: >).map(\.text))
    return chosen.subtracting(inStore).map { version in
        "`\(name):\(version)` is in the assets directory but not in the store, which has \(has): "
            + "other machines cannot get this version"
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
    return "\(met.demand.words) resolves to \(met.version), but Python modelkit with a storage provider would use "
        + "\(theirs), because its `\(major)` also matches \(theirs); pin the exact version if both are used"
}

/// One for each entry with a part that Python modelkit cannot be asked for.
func partWarnings(_ entries: [ManifestEntry]) -> [String] {
    entries.filter { $0.subPart?.isModelkitPart == false }.map { entry in
        "\(Demand(entry).words): Python modelkit does not support this part in a specification string; "
            + "request the whole asset and join the path"
    }
}

extension RelativePath {
    /// Whether it can stand in brackets for Python modelkit: letters, digits, `-`, `_`, `.`, `/` and `\` of ASCII, with a
    /// letter or digit at both ends (modelkit 0.1.3, `REMOTE_ASSET_RE`).
    fileprivate var isModelkitPart: Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-_./\\".utf8.contains($0) }
    }
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
