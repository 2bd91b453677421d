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

/// What a person should know about the versions that were chosen.
package enum ResolutionWarning: Sendable, Hashable {
    /// No one version of the asset meets all requirements: the latest version first, each with those that it is for.
    case sideBySide(AssetName, [Share])
    /// The store has no usable list of the asset's versions; these were found without it.
    case noList(AssetName, chosen: [AssetVersion], ListFault)
    /// It stands in the assets directory, and the store has these versions alone, latest first.
    case notInStore(AssetPin, inStore: [AssetVersion])
    /// Python modelkit would take another version, as it reads the major version otherwise.
    case modelkitTakes(AssetVersion, for: Demand, in: AssetVersion, major: AssetVersion)
    /// Python modelkit cannot be asked for this part.
    case modelkitPart(Demand)
    /// The lock, which is taken as it is, has no version of these, sorted; with the lock's path.
    case unlocked([AssetName], lock: String)

    package struct Share: Sendable, Hashable {
        package let version: AssetVersion
        package let demands: [Demand]
    }

    /// By which warnings are sorted, so that their order does not depend on which fact came first.
    fileprivate var order: [String] {
        switch self {
        case .sideBySide(let name, _): [name.text, "0"]
        case .noList(let name, _, _): [name.text, "1"]
        case .notInStore(let pin, _): [pin.name.text, "2", pin.version.text]
        case .modelkitTakes(_, let demand, _, _): [demand.specification.name.text, "3", "\(demand)"]
        case .modelkitPart(let demand): [demand.specification.name.text, "4", "\(demand)"]
        case .unlocked(let names, _): names.map(\.text) + ["5"]
        }
    }
}

extension [ResolutionWarning] {
    func inOrder() -> [ResolutionWarning] { sorted { $0.order.lexicographicallyPrecedes($1.order) } }
}

func resolutionWarnings(_ name: AssetName, _ met: [MetDemand], _ known: KnownVersions) -> [ResolutionWarning] {
    let chosen = Set(met.map(\.version))
    return sideBySideWarning(name, met) + listWarning(name, chosen, known) + localOnlyWarnings(name, chosen, known)
        + modelkitWarnings(met, known)
}

private func sideBySideWarning(_ name: AssetName, _ met: [MetDemand]) -> [ResolutionWarning] {
    let byVersion = Dictionary(grouping: met, by: \.version).sorted { $0.key > $1.key }
    guard byVersion.count > 1 else { return [] }
    return [.sideBySide(name, byVersion.map { .init(version: $0, demands: $1.map(\.demand)) })]
}

private func listWarning(
    _ name: AssetName, _ chosen: Set<AssetVersion>, _ known: KnownVersions
) -> [ResolutionWarning] {
    known.listFault.map { [.noList(name, chosen: chosen.sorted(), $0)] } ?? []
}

private func localOnlyWarnings(
    _ name: AssetName, _ chosen: Set<AssetVersion>, _ known: KnownVersions
) -> [ResolutionWarning] {
    guard let inStore = known.inStore else { return [] }
    return chosen.subtracting(inStore).map { version in
        .notInStore(AssetPin(name: name, version: version), inStore: inStore.sorted(by: >))
    }
}

/// One for each requirement, however many make it: all of them change their choice when one is told.
private func modelkitWarnings(_ met: [MetDemand], _ known: KnownVersions) -> [ResolutionWarning] {
    var seen: Set<VersionRequirement> = []
    return met.filter { seen.insert($0.demand.specification.requirement).inserted }
        .compactMap { modelkitWarning($0, known) }
}

private func modelkitWarning(_ met: MetDemand, _ known: KnownVersions) -> ResolutionWarning? {
    let requirement = met.demand.specification.requirement
    guard case .partial(let major) = requirement.kind,
        let theirs = requirement.modelkitChoice(of: known.all), !requirement.isMet(by: theirs)
    else { return nil }
    return .modelkitTakes(theirs, for: met.demand, in: met.version, major: major)
}

/// One for each entry with a part that Python modelkit cannot be asked for.
func partWarnings(_ entries: [ManifestEntry]) -> [ResolutionWarning] {
    entries.filter { $0.subPart?.isModelkitPart == false }.map { .modelkitPart(Demand($0)) }
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
