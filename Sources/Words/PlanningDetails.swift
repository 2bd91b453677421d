internal import AssetModel
internal import Planning

// Lines for the problems of `PlanningWords`: what was asked for, what there is, why it does not fit.

/// The chains that lead to an asset, a line each.
func requiredBy(_ demands: [Demand]) -> [String] {
    var lines = demands.prefix(enumerationLimit).map { "required by \($0.words)" }
    if demands.count > enumerationLimit { lines.append("and by \(demands.count - enumerationLimit) more") }
    return lines
}

/// What else has the same cause, with its number.
package func alsoFailed(_ subjects: [String]) -> [String] {
    guard !subjects.isEmpty else { return [] }
    return ["same error for \(subjects.count) more: \(enumeration(subjects))"]
}

/// No line where there is nothing to list.
func listed(_ beginning: String, _ words: [String]) -> [String] {
    words.isEmpty ? [] : ["\(beginning) \(enumeration(words))"]
}

func groupDetails(_ known: [String]) -> [String] {
    known.isEmpty ? ["the spec defines no groups"] : ["defined groups: \(enumeration(known))"]
}

// MARK: Versions

func noVersionMessage(_ name: AssetName, _ requirement: VersionRequirement) -> String {
    switch requirement.kind {
    case .latest: "`\(name)` has no versions"
    case .exact(let version): "`\(name)` has no version `\(version)`"
    case .partial(let version): "`\(name)` has no version `\(version).*`"
    case .comparators: "no version of `\(name)` matches `\(requirement)`"
    }
}

func versionDetails(_ known: KnownVersions) -> [String] {
    let onlyLocal = Set(known.local).subtracting(known.inStore ?? []).sorted(by: >)
    let isAllLocal = onlyLocal.count == known.all.count
    return listed("available versions:", known.all.map(\.text))
        + (known.inStore == nil || isAllLocal ? [] : listed("only in the assets directory:", onlyLocal.map(\.text)))
        + searchDetails(known.places)
}

/// Where it was looked, and why not in a store.
func searchDetails(_ places: SearchedPlaces) -> [String] {
    let reason: String? =
        switch places.store {
        case .searched: nil
        case .offline: "no store was searched because of --offline"
        case .none: "no store was searched: no storage provider is set"
        }
    return listed("searched", places.paths) + [reason].compactMap(\.self)
}

func unknownAssetMessage(_ name: AssetName, _ store: SearchedPlaces.Store) -> String {
    switch store {
    case .searched: "unknown asset `\(name)`"
    case .offline: "`\(name)` is not in the assets directory, and --offline disables downloads"
    case .none: "`\(name)` is not in the assets directory, and no storage provider is set"
    }
}

/// The latest version, and the latest of the major version that was asked for.
func versionHint(_ name: AssetName, _ requirement: VersionRequirement, _ known: KnownVersions) -> String? {
    guard let latest = known.all.first else { return nil }
    let all = "the latest version is `\(name):\(latest)`"
    guard let major = majorVersion(requirement),
        let near = known.all.first(where: { $0.components.first == major }), near != latest
    else { return all }
    return "the closest match is `\(name):\(near)`; \(all)"
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
        return "\(demand.words) matches only \(enumeration(met))"
    }
    let declarers = Set(demands.compactMap(\.declarer)).sorted().map { "`\($0)`" }
    let older = declarers.isEmpty ? [] : ["no older version of \(enumeration(declarers, "or")) resolves the conflict"]
    return lines + older + ["`duplicates: deny` allows only one version of an asset"]
}

// MARK: Assets that do not go together

func circleMessage(_ pins: [AssetPin]) -> String {
    guard pins.count > 1 else { return "`\(pins[0])` depends on itself" }
    return "dependency cycle of \(pins.count) assets"
}

func circleDetails(_ pins: [AssetPin], _ demands: [Demand]) -> [String] {
    let next = pins.dropFirst() + pins.prefix(1)
    return zip(zip(pins, next), demands).map { pair, demand in
        "`\(pair.0)` depends on `\(pair.1)`" + (demand.place.map { " (\($0))" } ?? "")
    }
}

func overlapDetails(_ outer: AssetPin, _ inner: AssetPin) -> [String] {
    let (outerPath, innerPath) = (ModelkitLayout.localPath(of: outer), ModelkitLayout.localPath(of: inner))
    return ["the path of the second, `\(innerPath)`, is inside that of the first, `\(outerPath)`"]
}

// MARK: Contents

func kindWords(_ kind: AssetKind) -> String {
    switch kind {
    case .file: "a file"
    case .directory: "a directory"
    }
}

func notForKindMessage(_ pin: AssetPin, _ kind: AssetKind, _ what: String) -> String {
    let other: AssetKind = kind == .file ? .directory : .file
    return "`\(what)` applies only to \(other.rawValue) assets; `\(pin)` is \(kindWords(kind))"
}

func kindHint(_ pin: AssetPin, _ what: String) -> String {
    switch what {
    case _ where what.hasPrefix("["): "use `\(pin)` without `\(what)`"
    default: "remove `\(what)`"
    }
}

func digestDetails(_ digests: [SHA256Digest], _ recorded: SHA256Digest?) -> [String] {
    digests.map { "spec:  \($0)" } + (recorded.map { ["store: \($0)"] } ?? [])
}

func selectionDetails(_ selection: FileSelection) -> [String] {
    listed("include:", selection.include.map { "`\($0)`" })
        + listed("exclude:", selection.exclude.map { "`\($0)`" })
}
