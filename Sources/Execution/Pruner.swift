package import AssetModel
package import FileSystem

/// Removes versions from the assets directory.
///
/// Under the lock of the asset's name, and so that a version is there whole or not at all. Nothing is removed through a link.
package struct Pruner: Sendable {
    private let directory: Directory

    package init(directory: Directory) { self.directory = directory }

    package enum Outcome: Sendable, Equatable {
        case removed
        /// Somebody holds the asset's lock.
        case inUse
        /// Another asset stands in its folder.
        case holds(AssetPin)
    }

    package func remove(_ pin: AssetPin) async throws(FileError) -> Outcome {
        try await DiskQueue.shared.run { () throws(FileError) in
            guard let lock = try AssetLock.tryOnce(pin.name, in: directory) else { return .inUse }
            defer { withExtendedLifetime(lock) {} }
            return try VersionRemoval(of: pin, in: directory).remove().map { .holds($0) } ?? .removed
        }
    }
}
