package import AssetModel
internal import Catalog
package import FileSystem

/// Removes versions from the assets directory.
///
/// Under the lock of the asset's name, and so that a version is there whole or not at all: its folder is renamed out of
/// sight before anything in it goes. Nothing is removed through a link.
package struct Pruner: Sendable {
    private let directory: Directory

    package init(directory: Directory) { self.directory = directory }

    package enum Outcome: Sendable, Equatable {
        case removed
        /// Somebody holds the asset's lock.
        case inUse
    }

    package func remove(_ pin: AssetPin) async throws(FileError) -> Outcome {
        try await DiskQueue.shared.run { () throws(FileError) in
            guard let lock = try AssetLock.tryOnce(pin.name, in: directory) else { return .inUse }
            try removeLocked(pin)
            withExtendedLifetime(lock) {}
            return .removed
        }
    }

    private func removeLocked(_ pin: AssetPin) throws(FileError) {
        if let folder = try directory.directoryIfPresent(pin.name.text) {
            if try folder.status(of: pin.version.text)?.kind == .directory {
                try StagingFolder.remove(pin, from: folder, in: directory)
            } else {
                try folder.remove(pin.version.text)
            }
            try folder.remove(ModelkitLayout.fileMarker(of: pin.version))
        }
        try directory.directoryIfPresent(ToolLayout.partialRecords(of: pin.name))?.remove(ToolLayout.entry(of: pin))
        try removeEmptyFolders(above: pin.name)
    }

    private func removeEmptyFolders(above name: AssetName) throws(FileError) {
        var path = name.text
        while !path.isEmpty {
            let (parent, entry) = splitLast(path)
            let folder = parent.isEmpty ? directory : try directory.directoryIfPresent(parent)
            guard let folder, folder.removeIfEmpty(entry) else { return }
            path = parent
        }
    }
}
