/// Which versions of an asset will do.
package struct VersionRequirement: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Any version; the latest is taken.
        case latest
        /// This one, by its spelling.
        case exact(AssetVersion)
        /// Every version whose first components are these: `1` is any `1.*`, and never `10.3`.
        case partial(AssetVersion)
        /// All of the comparators at once.
        case comparators([VersionComparator])
    }

    package let kind: Kind

    package static let latest = VersionRequirement(.latest)

    package init(_ kind: Kind) { self.kind = kind }

    /// The requirement that a version in a specification string makes.
    package init(naming version: AssetVersion, in system: VersioningSystem) {
        kind = system.isComplete(version) ? .exact(version) : .partial(version)
    }

    package func isMet(by version: AssetVersion) -> Bool {
        switch kind {
        case .latest: true
        case .exact(let wanted): version.text == wanted.text
        case .partial(let wanted): version.components.starts(with: wanted.components)
        case .comparators(let comparators): comparators.allSatisfy { $0.isMet(by: version) }
        }
    }

    /// As it would be written in assets.yaml; `latest` for any.
    package var description: String {
        switch kind {
        case .latest: "latest"
        case .exact(let version), .partial(let version): version.text
        case .comparators(let comparators): comparators.map(\.description).joined(separator: ", ")
        }
    }

    /// The version that is named outright; nil where several could do.
    package var exactVersion: AssetVersion? {
        guard case .exact(let version) = kind else { return nil }
        return version
    }
}

/// One comparison with a version, such as `>=3.1`.
///
/// An incomplete version stands for all of its versions: `>3` is above every `3.*`, `<=3` takes every `3.*` in,
/// `=3` is any `3.*` and `!=3` none of them.
package struct VersionComparator: Hashable, Sendable, CustomStringConvertible {
    package enum Relation: String, CaseIterable, Sendable {
        // Longest first: parsing takes the first that fits.
        case atLeast = ">="
        case atMost = "<="
        case not = "!="
        case above = ">"
        case below = "<"
        case equal = "="
    }

    package let relation: Relation
    package let version: AssetVersion

    package var description: String { relation.rawValue + version.text }

    package init(relation: Relation, version: AssetVersion) {
        self.relation = relation
        self.version = version
    }

    package func isMet(by candidate: AssetVersion) -> Bool {
        let order = compareComponents(Array(candidate.components.prefix(version.components.count)), version.components)
        return switch relation {
        case .atLeast: order != .orderedBefore
        case .atMost: order != .orderedAfter
        case .not: order != .same
        case .above: order == .orderedAfter
        case .below: order == .orderedBefore
        case .equal: order == .same
        }
    }
}

extension VersionRequirement {
    /// Reads what `version:` may say: an exact or partial version, `latest`, nothing, or comparators joined by commas.
    package init(parsing text: String, in system: VersioningSystem) throws(VersionRequirementFault) {
        let trimmed = text.trimmingSpaces()
        if trimmed.isEmpty || trimmed == "latest" {
            self = .latest
        } else if let first = trimmed.utf8.first, "<>=!".utf8.contains(first) {
            self = VersionRequirement(.comparators(try Self.comparators(trimmed, in: system)))
        } else if let version = system.version(String(trimmed)) {
            self.init(naming: version, in: system)
        } else {
            throw .notAVersion(String(trimmed))
        }
    }

    private static func comparators(
        _ text: Substring, in system: VersioningSystem
    ) throws(VersionRequirementFault) -> [VersionComparator] {
        var comparators: [VersionComparator] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = part.trimmingSpaces()
            guard let relation = VersionComparator.Relation.allCases.first(where: { part.hasPrefix($0.rawValue) })
            else {
                throw .notAComparator(String(part))
            }
            var spelling = part.dropFirst(relation.rawValue.count)
            if relation == .equal, spelling.hasPrefix("=") { spelling = spelling.dropFirst() }
            spelling = spelling.trimmingSpaces()
            guard let version = system.version(String(spelling)) else { throw .notAVersion(String(spelling)) }
            comparators.append(VersionComparator(relation: relation, version: version))
        }
        return comparators
    }
}

/// Why a text is not a requirement.
package enum VersionRequirementFault: Error, Hashable {
    case notAVersion(String)
    case notAComparator(String)
}

extension StringProtocol {
    func trimmingSpaces() -> SubSequence {
        let head = drop { $0 == " " || $0 == "\t" }
        guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return head }
        return head[...last]
    }
}

extension VersionRequirement {
    /// Whether no version at all could meet both. False where that cannot be told without knowing the versions.
    package func excludes(_ other: VersionRequirement) -> Bool {
        switch (kind, other.kind) {
        case (.exact(let version), _): !other.isMet(by: version)
        case (_, .exact(let version)): !isMet(by: version)
        case (.partial(let a), .partial(let b)):
            !a.components.starts(with: b.components) && !b.components.starts(with: a.components)
        default: false
        }
    }
}
