internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Planning

/// The place where an asset appears, `NAME/VERSION`, with the marker that a file asset has beside it.
struct AssetPlace {
    let pin: AssetPin
    /// Of the asset's name.
    let folder: Directory

    var entry: String { pin.version.text }
    var fileMarker: String { ModelkitLayout.fileMarker(of: pin.version) }

    func kind() throws(FileError) -> FileStatus.Kind? { try folder.status(of: entry)?.kind }

    /// Whether something has the name of the marker that is none.
    func hasMisfitMarker() throws(FileError) -> Bool {
        guard let marker = try folder.status(of: fileMarker) else { return false }
        return marker.kind != .file
    }

    /// - Throws: where another asset stands in this one's folder, or this one would be in another's: their locks are not
    ///   the same, and each would be what the other does not expect.
    static func refuseOverlap(of pin: AssetPin, _ content: StepContent, in directory: Directory) throws(FileError) {
        let local = LocalCatalog(directory: directory)
        let path = "\(directory.path)/\(ModelkitLayout.localPath(of: pin))"
        if let outer = try local.asset(around: pin) {
            throw FileError(path: path, attempt: .create, refusal: .inside("\(outer)"))
        }
        if let inner = try local.asset(inside: pin, besides: content.objects.compactMap(\.path)) {
            throw FileError(path: path, attempt: .replace, refusal: .contains("\(inner)"))
        }
    }

    /// Whether the pin's place could be in the folder of another asset: one of its name's components is a version.
    static func mayBeInside(_ pin: AssetPin) -> Bool {
        pin.name.components.dropFirst().contains { VersioningSystem.version(String($0)) != nil }
    }

    // MARK: Removal

    /// Removes what says that something stands there whole, durably: before anything else of it goes.
    func unmark() throws(FileError) {
        try unmarkFile()
        guard try kind() == .directory else { return }
        let inner = try folder.directory(entry)
        guard try inner.status(of: ModelkitLayout.marker) != nil else { return }
        try inner.remove(ModelkitLayout.marker)
        try inner.sync()
    }

    /// Removes the marker beside it.
    func unmarkFile() throws(FileError) {
        guard try folder.status(of: fileMarker) != nil else { return }
        try folder.remove(fileMarker)
        try folder.sync()
    }

    /// Removes what stands there, durably: a marker that is made now is not found beside it.
    func remove() throws(FileError) {
        try folder.remove(entry)
        try folder.sync()
    }
}
