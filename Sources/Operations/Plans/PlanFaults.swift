package import AssetModel
package import FileSystem
package import ObjectStore
package import Planning

/// Why a saved plan cannot be written, read or applied.
package enum PlanFault: Error, Sendable {
    case unreadable(FileError, path: String)
    case unwritable(FileError, path: String)
    /// It says that it is something else.
    case otherFormat(String, version: Int, path: String)
    case notAPlan(path: String)
    case damaged(SealedPlanFault, path: String)
    /// The store, the lock or the assets directory are not as it assumes.
    case outdated([PlanChange], path: String)
}

/// A value in a sealed plan that cannot be, or that does not agree with another.
package enum SealedPlanFault: Error {
    case unknownVersioning(String)
    case notAVersion(String)
    case notAnAction(String)
    case notADigest(String)
    case notAChecksum(String)
    /// A name, a path or a requirement that is none, and why.
    case value(any Error)
    case twice(AssetPin)
    /// What it waits for does not come before it.
    case waits(AssetPin, for: AssetPin)
    /// It would be in the folder of the other.
    case overlap(AssetPin, outer: AssetPin)
    case entryWithoutAsset(AssetPin)
    case entryNotMet(AssetSpecification, by: AssetPin)
    case noSuchPart(AssetPin, RelativePath)
    case fetchWithoutContent(AssetPin)
    case keptWithContent(AssetPin)
    case keptThoughAbsent(AssetPin, was: String)
    case noFiles(AssetPin)
    case size(Int64, of: AssetPin)
    case fileWithParts(AssetPin)
    case noPath(AssetPin)
    case fileTwice(AssetPin)
    case fileAndFolder(AssetPin, RelativePath)
}

/// Something that is otherwise than a plan assumes.
package enum PlanChange: Sendable {
    case store(was: String?, now: String?)
    case directory(was: String, now: String)
    /// The assets directory was empty.
    case directoryNotEmpty
    /// What stands in the assets directory: `missing`, `complete`.
    case local(AssetPin, was: String, now: String)
    case content(AssetPin, ContentDifference, in: DigestRecorder)
    case missingPart(AssetPin, RelativePath)
    case gone(address: String)
    case unreadable(StoreError)
    /// In bytes, as it is stored.
    case size(address: String, was: Int64, now: Int64)
    case otherContent(address: String)
}
