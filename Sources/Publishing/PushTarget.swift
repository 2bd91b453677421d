package import AssetModel

/// What a push is to make.
package enum PushTarget: Sendable, Hashable {
    /// The first version of an asset that is not there.
    case new(AssetName)
    /// A further version of one that is.
    case update(AssetName, NextVersion)

    package var name: AssetName {
        switch self {
        case .new(let name), .update(let name, _): name
        }
    }

    var rule: NextVersion {
        switch self {
        case .new: .latest
        case .update(_, let rule): rule
        }
    }
}

/// What was pushed.
package struct Published: Sendable, Hashable {
    package let pin: AssetPin
    /// Numbers that others had claimed.
    package let passedOver: [AssetVersion]
    /// Whether the store heeds conditions.
    package let keepsConditions: Bool
    /// Those that were there from a push of the same content that did not end.
    package let reusedBytes: Int64
}

/// Why nothing was pushed.
package enum PublishError: Error, Sendable, Hashable {
    /// There is such an asset in this store.
    case exists(AssetName, String)
    /// There is none of the name in this store; the nearest that there is.
    case missing(AssetName, String, nearest: String?)
    /// None of these is of the major version.
    case noMajor(AssetName, VersionComponent, [AssetVersion])
    /// The object is written by others all the time.
    case tooManyWriters(String)
    /// A `.meta` of so many bytes would not be read.
    case tooManyFiles(Int)
    /// The store said that it has the object, and has other content or none.
    case notKept(String)
}
