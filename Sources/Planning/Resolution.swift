package import AssetModel

/// Every requirement with the version that meets it.
package struct Resolution: Sendable, Equatable {
    /// Dependencies before what needs them; among equals by name and version.
    package let choices: [Choice]
    /// The version of each wanted entry, in the order of the file.
    package let entries: [ResolvedEntry]
    package let warnings: [ResolutionWarning]

    package init(choices: [Choice], entries: [ResolvedEntry], warnings: [ResolutionWarning] = []) {
        self.choices = choices
        self.entries = entries
        self.warnings = warnings
    }

    /// The same, with one more warning.
    func warning(of warning: ResolutionWarning) -> Resolution {
        Resolution(choices: choices, entries: entries, warnings: (warnings + [warning]).inOrder())
    }
}

/// A version that is to be present, and why.
package struct Choice: Sendable, Equatable {
    package let pin: AssetPin
    /// Sorted; what must be present and complete before this one appears.
    package let dependencies: [AssetPin]
    /// Sorted; whose requirements it meets.
    package let neededBy: [Requirer]
    /// What is asked of a directory asset: everything that any of these takes.
    package let selections: [FileSelection]
    /// What the file asset's content must be, as the spec pins it.
    package let sha256: SHA256Digest?
    /// Sorted; the requirements it meets.
    package let demands: [Demand]

    package init(
        pin: AssetPin, dependencies: [AssetPin] = [], neededBy: [Requirer] = [], selections: [FileSelection] = [.all],
        sha256: SHA256Digest? = nil, demands: [Demand] = []
    ) {
        self.pin = pin
        self.dependencies = dependencies
        self.neededBy = neededBy
        self.selections = selections
        self.sha256 = sha256
        self.demands = demands
    }
}

/// Who asks for an asset.
package enum Requirer: Hashable, Sendable, Comparable {
    /// An entry of the spec: its specification as messages spell it, and its line (0 where it is not known).
    case entry(String, line: Int)
    /// A chosen version that depends on it.
    case asset(AssetPin)
}

/// An entry of the spec with its version.
package struct ResolvedEntry: Sendable, Equatable {
    package let entry: ManifestEntry
    package let pin: AssetPin

    package init(entry: ManifestEntry, pin: AssetPin) {
        self.entry = entry
        self.pin = pin
    }
}
