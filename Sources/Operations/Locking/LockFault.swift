package import AssetModel
package import FileSystem
package import Planning

/// What is the matter with a lock besides what is written in it.
package enum LockFault: Error, Sendable {
    /// A spec from standard input has none beside it.
    case besideStandardInput
    case missing(path: String, spec: String)
    /// A plan was made with it.
    case ofPlanIsGone(path: String)
    case unreadable(FileError, path: String)
    case unwritable(FileError, path: String)
    /// It does not have what the spec asks for.
    case outdated(LockChanges, path: String, spec: String)
    /// It has no version of an asset that does for what one of its versions depends on.
    case notLocked(AssetName)
}
