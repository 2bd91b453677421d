internal import AssetModel
internal import FileSystem
internal import ImageFormat

/// An image layout as a folder. Images that are in it stay, but for the one that has the tag.
///
/// A blob appears under its digest whole, and `index.json` names an image once all of its blobs are there.
/// Source: <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>
struct LayoutFolder: Layout {
    private let folder: Directory
    private let blobs: Directory
    private let path: String
    private let tag: String
    private let layers: PresentLayers

    private static let newBlobs = NewFile.Names(prefix: ".", suffix: ".modelkit-assets")

    /// Makes the folder where it is missing.
    ///
    /// - Throws: a refusal where it holds something else.
    init(_ path: String, tag: String) throws(FileError) {
        self.path = AbsolutePath.of(path)
        self.tag = tag
        try makeDirectories(path, isPrivate: true)
        folder = try Directory.open(self.path)
        if try folder.status(of: LayoutFile.marker) == nil {
            let others = try folder.entries().filter { $0 != "blobs" && !PathText.hasPrefix($0, ".") }
            guard others.isEmpty else {
                throw FileError(path: path, attempt: .useLayout, refusal: .notALayout)
            }
        }
        blobs = try folder.makeDirectory(LayoutFile.blobs)
        // What killed runs left does no harm.
        try? Self.newBlobs.sweep(blobs)
        layers = PresentLayers(in: blobs, try Self.index(in: folder))
    }

    static func index(in folder: Directory) throws(FileError) -> ImageIndex {
        guard let bytes = try folder.contents(of: LayoutFile.index, limit: LayoutFile.documentLimit) else {
            return ImageIndex([])
        }
        do throws(ImageFault) {
            return try ImageIndex(reading: bytes)
        } catch {
            throw FileError(path: folder.path, attempt: .readIndex, refusal: .malformed)
        }
    }

    func known(_ layer: ImageLayer) -> SHA256Digest? { layers.known(layer) }

    // MARK: Writing

    func place(for layer: ImageLayer) throws(FileError) -> LayerMaking.Place {
        let new = try NewFile(Self.newBlobs, in: blobs)
        try new.file.preallocate(layer.size)
        return LayerMaking.Place(file: new.file, offset: 0) { digest throws(FileError) in
            try new.file.setMode(CreationMask.applied(to: 0o666))
            try new.place(as: digest.hex, in: blobs)
        } discard: {
            // The fault is told; what could not be removed, the next run sweeps.
            try? new.remove()
        }
    }

    func discard() {}

    func finish(_ documents: ImageDocuments) throws(FileError) {
        for blob in documents.blobs {
            let new = try NewFile(Self.newBlobs, in: blobs)
            try new.file.write(blob.bytes)
            try new.file.setMode(CreationMask.applied(to: 0o666))
            try new.place(as: blob.descriptor.digest.hex, in: blobs)
        }
        // After a power cut the index must not name what is not there.
        try blobs.syncFileSystem()
        if try folder.status(of: LayoutFile.marker) == nil {
            try WholeFile.write(Array(LayoutFile.markerText.utf8), to: "\(path)/\(LayoutFile.marker)")
        }
        // Two who write into one layout both have their images in the index.
        let turn = try folder.lockItself(alone: true)
        defer { withExtendedLifetime(turn) {} }
        var index = try Self.index(in: folder)
        index.put(documents.top.descriptor, tag: tag)
        try WholeFile.write(index.bytes, to: "\(path)/\(LayoutFile.index)")
    }
}
