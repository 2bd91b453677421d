internal import AssetModel
internal import Catalog
internal import FileSystem

/// Takes a version out of the assets directory, so that it is there whole or not at all; can be gone on with.
///
/// `@VERSION.removing` in staging notes that it is to go. A folder is renamed out of sight, to `@VERSION.removed`, before
/// anything in it goes; where it cannot be renamed, and of a file asset, the marker goes first.
struct VersionRemoval {
    private static let noteSuffix = ".removing"
    private static let removedSuffix = ".removed"

    private let pin: AssetPin
    private let directory: Directory

    /// - Parameter pin: whose name's lock is held.
    init(of pin: AssetPin, in directory: Directory) {
        self.pin = pin
        self.directory = directory
    }

    /// One that a killed run left; nil where the entry of staging is none.
    init?(ofLeft entry: String, _ name: AssetName, in directory: Directory) {
        for suffix in [Self.noteSuffix, Self.removedSuffix] where entry.hasSuffix(suffix) {
            let text = String(entry.dropFirst().dropLast(suffix.count))
            guard let version = VersioningSystem.version(text) else { return nil }
            self.init(of: AssetPin(name: name, version: version), in: directory)
            return
        }
        return nil
    }

    /// Of an entry of staging where a version is fetched to.
    init?(ofStaged entry: String, _ name: AssetName, in directory: Directory) {
        guard let version = VersioningSystem.version(String(entry.dropFirst())) else { return nil }
        self.init(of: AssetPin(name: name, version: version), in: directory)
    }

    func isNoted() throws(FileError) -> Bool { try staging()?.status(of: note) != nil }

    /// - Returns: an asset that stands in its folder, so that nothing was removed.
    func remove() throws(FileError) -> AssetPin? {
        let turn = try takeTurn()
        defer { withExtendedLifetime(turn) {} }
        if let inner = try LocalCatalog(directory: directory).asset(inside: pin) { return inner }
        let staging = try directory.makeDirectory(stagingPath)
        _ = try staging.createFile(note)
        try staging.sync()
        try goOn(in: staging)
        return nil
    }

    /// As a commit has it: no asset appears in the folder between the look at what is in it and its removal.
    private func takeTurn() throws(FileError) -> File {
        try directory.lockItself(alone: AssetPlace.mayBeInside(pin))
    }

    /// What a killed run left to be done.
    func finish() throws(FileError) {
        guard let staging = try staging() else { return }
        let turn = try takeTurn()
        defer { withExtendedLifetime(turn) {} }
        // It was fetched again meanwhile, or another asset appeared in its folder.
        let isOver = try isWhole() ? true : LocalCatalog(directory: directory).asset(inside: pin) != nil
        if isOver { try staging.remove(note) }
        try goOn(in: staging)
    }

    /// Whether the version stands there, to be used.
    func isWhole() throws(FileError) -> Bool {
        try LocalCatalog(directory: directory).isOurs(pin)
    }

    private func goOn(in staging: Directory) throws(FileError) {
        if try isNoted(), let folder = try directory.directoryIfPresent(pin.name.text) {
            let place = AssetPlace(pin: pin, folder: folder)
            if try place.kind() == .directory { try moveOut(place, to: staging) }
            try place.unmark()
            try place.remove()
            try directory.directoryIfPresent(ToolLayout.partialRecords(of: pin.name))?.remove(ToolLayout.entry(of: pin))
            try removeEmptyFolders()
        }
        try staging.remove(removed)
        try staging.remove(note)
    }

    private func moveOut(_ place: AssetPlace, to staging: Directory) throws(FileError) {
        try staging.remove(removed)
        do {
            try place.folder.rename(place.entry, to: staging, as: removed)
        } catch  where error.isAcrossFileSystems {
            // A lower layer's of an overlayfs, or on a mount of its own: it goes where it stands.
        } catch {
            throw error
        }
    }

    private func removeEmptyFolders() throws(FileError) {
        var path = pin.name.text
        while !path.isEmpty {
            let (parent, entry) = splitLast(path)
            let folder = parent.isEmpty ? directory : try directory.directoryIfPresent(parent)
            guard let folder, folder.removeIfEmpty(entry) else { return }
            path = parent
        }
    }

    // MARK: Names

    private var note: String { ToolLayout.entry(of: pin) + Self.noteSuffix }
    private var removed: String { ToolLayout.entry(of: pin) + Self.removedSuffix }
    private var stagingPath: String { "\(ToolLayout.stagingFolder)/\(pin.name)" }

    private func staging() throws(FileError) -> Directory? { try directory.directoryIfPresent(stagingPath) }
}
