internal import AssetModel
internal import Planning

// Lines for the problems of `PlanningWords`: what was asked for, what there is, why it does not fit.

/// Who asked, a line each.
func askedFor(_ demands: [Demand]) -> [String] {
    var lines = demands.prefix(enumerationLimit).map { "asked for: \($0.words)" }
    if demands.count > enumerationLimit { lines.append("asked for by \(demands.count - enumerationLimit) more") }
    return lines
}

/// No line where there is nothing to list.
func listed(_ beginning: String, _ words: [String]) -> [String] {
    words.isEmpty ? [] : ["\(beginning) \(enumeration(words))"]
}

func groupDetails(_ known: [String]) -> [String] {
    known.isEmpty ? ["no entry of the spec has `groups`"] : ["the groups of the spec are \(enumeration(known))"]
}

// MARK: Versions

func noVersionMessage(_ name: AssetName, _ requirement: VersionRequirement) -> String {
    switch requirement.kind {
    case .latest: "`\(name)` has no version at all"
    case .exact(let version): "`\(name)` has no version `\(version)`"
    case .partial(let version): "`\(name)` has no version `\(version).*`"
    case .comparators: "`\(name)` has no version that meets `\(requirement)`"
    }
}

func versionDetails(_ known: KnownVersions) -> [String] {
    let onlyLocal = Set(known.local).subtracting(known.inStore ?? []).sorted(by: >)
    let isAllLocal = onlyLocal.count == known.all.count
    return listed("there are", known.all.map(\.text))
        + (known.inStore == nil || isAllLocal ? [] : listed("only in the assets directory:", onlyLocal.map(\.text)))
        + listed("looked in", known.places)
}

/// The latest version, and the latest of the major version that was asked for.
func versionHint(_ name: AssetName, _ requirement: VersionRequirement, _ known: KnownVersions) -> String? {
    guard let latest = known.all.first else { return nil }
    let all = "`\(name):\(latest)` is the latest"
    guard let major = majorVersion(requirement),
        let near = known.all.first(where: { $0.components.first == major }), near != latest
    else { return all }
    return "`\(name):\(near)` is the nearest, \(all)"
}

private func majorVersion(_ requirement: VersionRequirement) -> VersionComponent? {
    switch requirement.kind {
    case .exact(let version), .partial(let version): version.components.first
    case .latest, .comparators: nil
    }
}

func clashDetails(_ demands: [Demand], _ known: KnownVersions) -> [String] {
    let lines = demands.map { demand in
        let met = known.all.filter(demand.specification.requirement.isMet(by:)).map(\.text)
        return "\(demand.words) is met by \(enumeration(met)) alone"
    }
    let none = demands.count == 2 ? "none of these meets both" : "none of these meets all \(demands.count)"
    let askers = Set(demands.compactMap(\.declarer)).sorted().map { "`\($0)`" }
    let lower = askers.isEmpty ? [] : ["lower versions of \(enumeration(askers)) were tried, and none of them helps"]
    return lines + lower + ["\(none), and `duplicates: deny` allows one version of an asset"]
}

// MARK: Assets that do not go together

func circleMessage(_ pins: [AssetPin]) -> String {
    guard pins.count > 1 else { return "`\(pins[0])` depends on itself" }
    return "\(pins.count) assets depend on each other in a circle"
}

func circleDetails(_ pins: [AssetPin], _ demands: [Demand]) -> [String] {
    let next = pins.dropFirst() + pins.prefix(1)
    return zip(zip(pins, next), demands).map { pair, demand in
        "`\(pair.0)` depends on `\(pair.1)`" + (demand.place.map { " (\($0))" } ?? "")
    }
}

func overlapDetails(_ outer: AssetPin, _ inner: AssetPin) -> [String] {
    let (outerPath, innerPath) = (ModelkitLayout.localPath(of: outer), ModelkitLayout.localPath(of: inner))
    return ["`\(outerPath)` would be the first asset, and `\(innerPath)` inside it the second"]
}

// MARK: Contents

func kindWords(_ kind: AssetKind) -> String {
    switch kind {
    case .file: "one file"
    case .directory: "a directory"
    }
}

func kindHint(_ pin: AssetPin, _ what: String) -> String {
    switch what {
    case "sha256": "remove `sha256`: it pins the content of a file asset"
    case _ where what.hasPrefix("["): "write `\(pin)` without `\(what)`"
    default: "remove `\(what)`: it picks files of a directory asset"
    }
}

func digestDetails(_ digests: [SHA256Digest], _ recorded: SHA256Digest?) -> [String] {
    digests.map { "the spec: \($0)" } + (recorded.map { ["the store: \($0)"] } ?? [])
}

func selectionDetails(_ selection: FileSelection) -> [String] {
    listed("include takes", selection.include.map { "`\($0)`" })
        + listed("exclude leaves out", selection.exclude.map { "`\($0)`" })
}
