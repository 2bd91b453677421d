internal import AssetModel
package import FileSystem

/// What is the matter with a folder as a store, or with a file in it.
package enum LocalDetail: ErrorDetail {
    case notADirectory
    /// The key leads out of the folder.
    case outside
    case fileChanged
    /// After so many bytes.
    case ends(at: Int64)
    case file(FileError)
    /// The path of the lock that another process holds; whether this one's waiting for it was interrupted.
    case isLocked(by: String, isInterrupted: Bool)
    case preconditionFailed
}
