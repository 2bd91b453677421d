package import AssetModel
internal import Catalog
package import FileSystem

/// How much room a version of an asset takes up in the assets directory that nothing else does: what is linked from the
/// shared cache stays with it. Blocks on the disk.
package struct InstalledSize: Sendable {
    /// Files', in bytes.
    package let bytes: Int64
    /// Of files that are linked from elsewhere, in bytes.
    package let linkedBytes: Int64

    package init(of pin: AssetPin, in directory: Directory) throws(FileError) {
        let (parent, name) = splitLast(ModelkitLayout.localPath(of: pin))
        let folder = try directory.directoryIfPresent(parent)
        (bytes, linkedBytes) =
            try folder.map { folder throws(FileError) in try Self.sizes(of: name, in: folder) } ?? (0, 0)
    }

    private static func sizes(
        of name: String, in folder: Directory
    ) throws(FileError) -> (own: Int64, linked: Int64) {
        guard let status = try folder.status(of: name) else { return (0, 0) }
        switch status.kind {
        case .file: return status.linkCount > 1 ? (0, status.size) : (status.size, 0)
        case .link, .other: return (0, 0)
        case .directory:
            let inner = try folder.directory(name)
            var sums: (own: Int64, linked: Int64) = (0, 0)
            for entry in try inner.entries() {
                let (own, linked) = try sizes(of: entry, in: inner)
                sums = (ByteSum.adding(sums.own, own), ByteSum.adding(sums.linked, linked))
            }
            return sums
        }
    }
}
