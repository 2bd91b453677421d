package import AssetModel
package import Planning

/// A change that is wanted of a spec, as it was typed.
package enum SpecEditRequest: Sendable {
    /// - Parameter requirement: which versions will do; nil for what the specification strings say.
    case add([String], requirement: String?, groups: [String])
    case remove([String])
    /// No names for all assets.
    ///
    /// - Parameter latest: whether requirements are edited that keep the latest version out.
    case upgrade([String], latest: Bool)
}

/// One entry of the spec that was edited.
package enum SpecEdit: Sendable {
    case added(AssetSpecification)
    case changed(AssetSpecification, to: AssetSpecification)
    case removed(AssetSpecification)

    /// What an entry asks for since; nil where there is none any more.
    var wanted: AssetSpecification? {
        switch self {
        case .added(let specification), .changed(_, let specification): specification
        case .removed: nil
        }
    }
}

/// What an edit came to.
package struct SpecEditResult: Sendable {
    package let edits: [SpecEdit]
    /// Whether the spec file is, or would be, another one.
    package let isSpecChanged: Bool
    /// What changed in the lockfile, or would; nil where it stays as it is.
    package let lockChanges: LockChanges?
    /// Of the assets that were named, or of all; sorted by name.
    package let later: [LaterVersion]
}

/// A version that is later than all that a requirement allows.
package struct LaterVersion: Sendable {
    package let pin: AssetPin
    package let demand: Demand

    package init(pin: AssetPin, demand: Demand) {
        self.pin = pin
        self.demand = demand
    }
}

/// Why a spec cannot be edited as it was asked for.
package enum EditFault: Error, Sendable {
    /// The edit could mean each of them.
    case severalEntries(AssetName, lines: [Int], path: String)
    case noEntry(String, path: String, nearest: String?)
    /// Neither the spec nor its lock has the asset.
    case unknownAsset(String, path: String, nearest: String?)
    case requirement(VersionRequirementFault, VersioningSystem)
}
