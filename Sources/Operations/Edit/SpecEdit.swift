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
}

/// What an edit came to.
package struct SpecEditResult: Sendable {
    package let edits: [SpecEdit]
    /// Whether the spec file is, or would be, another one.
    package let isSpecChanged: Bool
    /// What changed in the lockfile, or would; nil where it stays as it is.
    package let lockChanges: LockChanges?
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
