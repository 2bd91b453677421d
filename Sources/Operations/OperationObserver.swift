package import AssetModel
package import Execution
package import ImageFormat
package import Planning
package import Registry

/// Who is told what an operation does while it does it.
package protocol OperationObserver: Sendable {
    func observe(_ event: OperationEvent)

    /// Runs a body that fetches or pushes; what happens in it is told to its parameter, from many tasks.
    func observing<Value>(
        _ transfer: Transfer, _ body: (@Sendable @escaping (ExecutionEvent) -> Void) async throws -> Value
    ) async rethrows -> Value
}

extension OperationObserver {
    func warn(_ warnings: [OperationWarning]) {
        if !warnings.isEmpty { observe(.warnings(warnings)) }
    }
}

/// Something that transfers content.
package enum Transfer: Sendable {
    case fetch(Plan)
    case push
    /// Assets go into the layers of an image.
    case pack([ImageAsset])
    /// The layers of assets go to a registry.
    case send([ImageAsset])
}

/// Something that happens in an operation besides its transfers.
package enum OperationEvent: Sendable {
    /// Found at the same time.
    case warnings([OperationWarning])
    /// The lockfile that was there pins other versions now.
    case locked(LockChanges, lock: String)
    /// These versions are no longer in the assets directory, which made so many bytes of room; of so many more there are links
    /// elsewhere.
    case removed([AssetPin], freedBytes: Int64, linkedBytes: Int64)
    /// The lock has the digest of so many files that it had without one.
    case pinned(Int, lock: String)
}

/// What is worth knowing and stops nothing.
package enum OperationWarning: Sendable {
    case resolution(ResolutionWarning)
    /// What stands in the assets directory is not what the store has, of which the lock takes the checksum.
    case altered(AssetPin, RelativePath?)
    /// A version that is in place, and of which the store has no `.meta`, is not in the lock.
    case notLocked(AssetPin)
    /// Of so many files the lock tells nothing that their content could be compared with.
    case unpinned(Int, lock: String)
    /// A version that was to be removed stays, since another process holds its lock.
    case inUse(AssetPin)
    /// A version that was to be removed stays, since another one is in its folder.
    case holds(AssetPin, inner: AssetPin)
    /// These credentials may push to it and not pull, so that nothing that it has can be reused.
    case cannotPull(RegistryReference)
    /// The lock could not be attached to an image, which is whole without it.
    case lockNotAttached(RegistryReference, Faults)
}
